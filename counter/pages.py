"""Page addresses of the book of the day; the word in the address is the word of the rule."""

from django.urls import path

from counter.views import day, people, sales, selling, transfers

urlpatterns = [
    path("", people.home, name="home"),
    path("sign-in/", people.sign_in, name="sign_in"),
    path("sign-out/", people.sign_out, name="sign_out"),
    path("switch/", people.switch_clerk, name="switch_clerk"),
    path("language/", people.set_language, name="set_language"),
    path("approvals/", people.approve, name="approve"),
    # the day
    path("today/", day.today, name="today"),
    path("scan/", day.scan, name="scan"),
    path("store/", day.choose_store, name="choose_store"),
    path("shifts/", day.shift_list, name="shifts"),
    path("shifts/close/", day.close_shift, name="close_shift"),
    path("shifts/<code>/open/", day.open_shift, name="open_shift"),
    # an open bill has no number yet
    path("sell/", selling.sell_home, name="sell_home"),
    path("sell/piece/<number>/", selling.sell_piece, name="sell_piece"),
    path("sell/<uuid:uuid>/", selling.sell, name="sell"),
    path("sell/<uuid:uuid>/add/", selling.add_piece, name="add_piece"),
    path("sell/<uuid:uuid>/give-up/", selling.give_up, name="give_up"),
    path("sell/<uuid:uuid>/refresh/", selling.refresh_prices, name="refresh_prices"),
    path("sell/<uuid:uuid>/extend/", selling.extend_holds, name="extend_holds"),
    path("sell/<uuid:uuid>/mark/", selling.mark, name="mark"),
    path("sell/<uuid:uuid>/customer/", selling.name_customer, name="name_customer"),
    path("sell/<uuid:uuid>/round/", selling.round_down, name="round_down"),
    path("sell/<uuid:uuid>/confirm/", selling.confirm, name="confirm"),
    path("sell/<uuid:uuid>/pay/", selling.put_down, name="put_down"),
    path("sell/<uuid:uuid>/pay/<int:row_id>/remove/", selling.pick_up, name="pick_up"),
    path("sell/<uuid:uuid>/complete/", selling.complete, name="complete_sale"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/remove/", selling.remove_piece, name="remove_piece"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/reduce/", selling.reduce_line, name="reduce_line"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/share/", selling.share_line, name="share_line"),
    # /sales/<number>/
    path("sales/", sales.sale_list, name="sales"),
    path("sales/<number>/", sales.sale, name="sale"),
    path("sales/<number>/receipt.pdf", sales.receipt, name="receipt"),
    path("sales/<number>/cards/", sales.print_sale_cards, name="print_sale_cards"),
    path("sales/<number>/void/", sales.void_sale, name="void_sale"),
    # a new transfer asks for the receiver's PIN; /transfers/<number>/ is in the book of pieces
    path("transfers/new/", transfers.new_transfer, name="new_transfer"),
    path("transfers/new/add/", transfers.add_to_transfer, name="add_to_transfer"),
    path("transfers/new/clear/", transfers.clear_transfer, name="clear_transfer"),
    path(
        "transfers/new/<number>/remove/",
        transfers.remove_from_transfer,
        name="remove_from_transfer",
    ),
    path("transfers/<number>/back/", transfers.bring_back, name="bring_back"),
]
