"""Page addresses below /orders/: the queue of the network showroom and of the stores."""

from django.urls import path

from counter.views import (
    change_orders,
    kept_offers,
    new_orders,
    order_acts,
    order_reports,
    orders,
)

urlpatterns = [
    path("", orders.order_board, name="orders"),
    path("new/", new_orders.new_order, name="new_order"),
    path("new/<uuid:uuid>/", new_orders.order_draft, name="order_draft"),
    path("new/<uuid:uuid>/styles/<style>/", new_orders.order_draft_line, name="order_draft_line"),
    path("new/<uuid:uuid>/read-back/", new_orders.read_back, name="read_back"),
    path("offers/", kept_offers.offer_list, name="offers"),
    path("offers/<code>/", kept_offers.edit_offer, name="edit_offer"),
    path("report/", order_reports.order_report, name="order_report"),
    path("<number>/", orders.order, name="order"),
    path("<number>/sheet.pdf", order_reports.order_sheet, name="order_sheet"),
    path("<number>/change/", change_orders.propose_change, name="propose_change"),
    # an act each
    *(
        path(f"<number>/{word}/", view, name=name)
        for word, view, name in (
            ("confirm-by-phone", order_acts.confirm_by_phone, "confirm_by_phone"),
            ("pass-on", order_acts.pass_on_order, "pass_on_order"),
            ("confirm", order_acts.confirm_order, "confirm_order"),
            ("send-back", order_acts.send_order_back, "send_order_back"),
            ("assign", order_acts.assign_order, "assign_order"),
            ("ask", order_acts.ask_customer, "ask_customer"),
            ("questions/<int:question_id>", order_acts.note_reply, "note_reply"),
            ("versions/<int:version>", order_acts.answer_change, "answer_change"),
            ("contact", order_acts.note_order_contact, "note_order_contact"),
            ("refuse", order_acts.refuse_order, "refuse_order"),
            ("cancel", order_acts.cancel_order, "cancel_order"),
            ("begin", order_acts.begin_order, "begin_order"),
            ("pieces/<int:ordered_id>/stone", order_acts.allot_stone, "allot_stone"),
            ("stones/<int:stone_id>/release", order_acts.release_stone, "release_stone"),
            ("stones/<int:stone_id>/come", order_acts.stone_has_come, "stone_has_come"),
            ("produce", order_acts.start_production, "start_production"),
            ("pieces/<int:ordered_id>/arrive", order_acts.take_in_ordered, "take_in_ordered"),
            ("pieces/<int:ordered_id>/certify", order_acts.certify_ordered, "certify_ordered"),
            ("tell", order_acts.tell_customer, "tell_customer"),
            ("bill", order_acts.open_order_bill, "open_order_bill"),
            ("collect", order_acts.collect_order, "collect_order"),
            ("ship", order_acts.ship_order, "ship_order"),
            ("parcels/<int:parcel_id>/signed", order_acts.sign_for_parcel, "sign_for_parcel"),
        )
    ),
]
