"""Page addresses of the book of the day; the word in the address is the word of the rule."""

from django.urls import path, register_converter

from counter.day_addresses import IsoDay
from counter.views import day, days, handovers, people, sales, selling, sheets, transfers

register_converter(IsoDay, "day")

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
    # a counter changes hands; every act of a count stands under its sheet
    path("handovers/start/<code>/", handovers.start_handover, name="start_handover"),
    path("handovers/spot/", handovers.start_spot_count, name="start_spot_count"),
    path("handovers/<number>/", handovers.handover, name="handover"),
    path("handovers/<number>/scan/", handovers.scan_place, name="scan_place"),
    path("handovers/<number>/empty/", handovers.hand_in_empty, name="hand_in_empty"),
    path("handovers/<number>/no-slips/", handovers.count_no_slips, name="count_no_slips"),
    path("handovers/<number>/items/<int:item_id>/", handovers.check_item, name="check_item"),
    path("handovers/<number>/money/<tender>/", handovers.count_money, name="count_money"),
    path("handovers/<number>/money/<tender>/accept/", handovers.accept_money, name="accept_money"),
    path(
        "handovers/<number>/reads/<int:read_id>/weigh/", handovers.weigh_piece, name="weigh_piece"
    ),
    path("handovers/<number>/sign/", handovers.sign_handover, name="sign_handover"),
    path("handovers/<number>/remark/", handovers.remark_handover, name="remark_handover"),
    path("handovers/<number>/abandon/", handovers.abandon_handover, name="abandon_handover"),
    *(
        path(f"handovers/<number>/trays/<place>/{word}/", view, name=name)
        for word, view, name in (
            ("open", handovers.open_tray, "open_tray"),
            ("scan", handovers.scan_tray, "scan_tray"),
            ("undo", handovers.undo_scan, "undo_scan"),
            ("no-label", handovers.count_no_label, "count_no_label"),
            ("stray", handovers.count_stray, "count_stray"),
            ("weigh", handovers.weigh_tray, "weigh_tray"),
            ("hand-in", handovers.hand_in_tray, "hand_in_tray"),
            ("seal", handovers.take_by_seal, "take_by_seal"),
            ("recount", handovers.ask_recount, "ask_recount"),
            ("find", handovers.enter_forgotten, "enter_forgotten"),
            ("accept", handovers.accept_difference, "accept_difference"),
        )
    ),
    # sheets that are over, and what stays open after them
    path("handovers/", sheets.handover_list, name="handovers"),
    path("handovers/<number>/sheet.pdf", sheets.handover_sheet, name="handover_sheet"),
    path("investigations/", sheets.investigation_list, name="investigations"),
    path("investigations/<int:pk>/close/", sheets.close_investigation, name="close_investigation"),
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
    # a business day of the store: report, day files, close
    path("day/", days.day_list, name="days"),
    path("day/<day:day>/", days.day_page, name="day"),
    path("day/<day:day>/files/", days.import_day_file, name="import_day_file"),
    path("day/<day:day>/counters/<code>/explain/", days.explain_counter, name="explain_counter"),
    path("day/<day:day>/close/", days.close_day, name="close_day"),
]
