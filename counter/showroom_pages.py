"""Page addresses of the network showroom as its customers see it."""

from django.urls import path

from counter.views import order_status, showroom, showroom_orders

urlpatterns = [
    path("showroom/", showroom.showroom_door, name="showroom_door"),
    path("showroom/enter/<secret>/", showroom.showroom_enter, name="showroom_enter"),
    path("showroom/leave/", showroom.showroom_leave, name="showroom_leave"),
    path("showroom/ring-size/", showroom.ring_size_page, name="ring_size"),
    path("showroom/ring-size.pdf", showroom.ring_size_paper, name="ring_size_paper"),
    path("showroom/photos/<uuid:uuid>/<size>/", showroom.offer_photo, name="offer_photo"),
    path("showroom/styles/<code>/", showroom_orders.showroom_style, name="showroom_style"),
    path("showroom/basket/", showroom_orders.showroom_basket_page, name="showroom_basket"),
    path("showroom/orders/", showroom_orders.showroom_orders, name="showroom_orders"),
    path("showroom/orders/new/", showroom_orders.send_order, name="send_order"),
    path("showroom/orders/<number>/", showroom_orders.showroom_order, name="showroom_order"),
    path("showroom/orders/<number>/again/", showroom_orders.order_again, name="order_again"),
    # the private link of one order
    path("o/<key>/", order_status.order_status, name="order_status"),
]
