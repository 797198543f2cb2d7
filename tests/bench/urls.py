"""The map of the site with the floors of the benchmarks; no shop is ever served with it."""

from django.urls import include, path

from counter.urls import handler404, handler500
from counter.urls import urlpatterns as shop
from tests.bench import floors

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", include(shop)),
    path("bench/plain/", floors.plain),
    path("bench/pieces/<str:number>", floors.piece),
    path("bench/reads/<int:stocktake>/<int:place>/", floors.reads),
]
