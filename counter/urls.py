"""The map of the site."""

from django.contrib import admin
from django.urls import include, path

from counter.api import api

urlpatterns = [
    # first, because the whole world asks for the page of a card and every till for a piece
    path("", include("warranty.urls")),
    path("api/v1/", api.urls),
    # /trade-ins/rules/ before /trade-ins/<number>/
    path("", include("appraisal.urls")),
    path("", include("counter.pages")),
    path("", include("inventory.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "inventory.ground.refusals.not_found"
handler500 = "inventory.ground.refusals.our_fault"
