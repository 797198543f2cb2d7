"""Page addresses of the book of the day; the word in the address is the word of the rule."""

from django.urls import include, path, register_converter

from counter.day_addresses import IsoDay
from counter.views import (
    accounts,
    ageing,
    buyers,
    card_owners,
    cash_cases,
    claims,
    credit,
    customers,
    day,
    days,
    dealers,
    deposits,
    drawers,
    gifts,
    handovers,
    identities,
    line_weights,
    notices,
    offers,
    old_pieces,
    people,
    return_windows,
    returns,
    sales,
    scrap_bags,
    selling,
    sheets,
    shipments,
    showroom_guests,
    supplies,
    ticket_hand_backs,
    ticket_intakes,
    ticket_work,
    tickets,
    trade_in_papers,
    trade_ins,
    transfers,
    trays,
)

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
    path("scan/photo/", day.scan_photo, name="scan_photo"),
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
    path("sell/<uuid:uuid>/level/", selling.set_level, name="set_level"),
    path("sell/<uuid:uuid>/round/", selling.round_down, name="round_down"),
    path("sell/<uuid:uuid>/confirm/", selling.confirm, name="confirm"),
    path("sell/<uuid:uuid>/pay/", selling.put_down, name="put_down"),
    path("sell/<uuid:uuid>/pay/<int:row_id>/remove/", selling.pick_up, name="pick_up"),
    path("sell/<uuid:uuid>/identity/", buyers.bill_identity, name="bill_identity"),
    path("sell/<uuid:uuid>/complete/", selling.complete, name="complete_sale"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/remove/", selling.remove_piece, name="remove_piece"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/reduce/", selling.reduce_line, name="reduce_line"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/share/", selling.share_line, name="share_line"),
    path("sell/<uuid:uuid>/lines/<int:line_id>/gift/", gifts.give_gift, name="give_gift"),
    path(
        "sell/<uuid:uuid>/lines/<int:line_id>/photo/",
        gifts.photograph_line,
        name="photograph_line",
    ),
    path(
        "sell/<uuid:uuid>/gifts/<int:gift_id>/remove/", gifts.take_gift_away, name="take_gift_away"
    ),
    path("sell/<uuid:uuid>/fees/<int:fee_id>/remove/", selling.take_fee_off, name="take_fee_off"),
    path(
        "sell/<uuid:uuid>/deposits/<int:line_id>/remove/",
        deposits.take_deposit_off,
        name="take_deposit_off",
    ),
    path(
        "sell/<uuid:uuid>/deposits/<uuid:deposit>/credit/",
        deposits.credit_deposit,
        name="credit_deposit",
    ),
    path("sell/<uuid:uuid>/lines/<int:line_id>/weigh/", line_weights.weigh_line, name="weigh_line"),
    # /sales/<number>/
    path("sales/", sales.sale_list, name="sales"),
    path("sales/<number>/", sales.sale, name="sale"),
    path("sales/<number>/receipt.pdf", sales.receipt, name="receipt"),
    path("sales/<number>/cards/", sales.print_sale_cards, name="print_sale_cards"),
    path("sales/<number>/void/", sales.void_sale, name="void_sale"),
    # /cards/<number>/ is in the book of promises; a new owner is a customer of ours
    path("cards/<number>/pass-on/", card_owners.pass_on, name="pass_on"),
    # 退换: what comes back, and what goes back for it
    path("returns/", returns.return_list, name="returns"),
    path("returns/new/", returns.new_return, name="new_return"),
    path("returns/new/photo/", returns.photograph_return, name="photograph_return"),
    path("returns/windows/", return_windows.window_list, name="return_windows"),
    path(
        "returns/windows/<int:window_id>/end/",
        return_windows.end_window,
        name="end_return_window",
    ),
    path("returns/<number>/", returns.return_seen, name="return"),
    path("returns/<number>/slip.pdf", returns.return_slip, name="return_slip"),
    *(
        path(f"returns/<number>/{word}/", view, name=name)
        for word, view, name in (
            ("settle", returns.settle_return, "settle_return"),
            ("mall", returns.enter_mall_number, "enter_mall_number"),
            ("bill", returns.put_return_on_bill, "put_return_on_bill"),
            ("drop", returns.drop_return, "drop_return"),
            ("pass", returns.pass_returned, "pass_returned"),
        )
    ),
    path("customers/<int:customer_id>/", customers.customer, name="customer"),
    # 跟单员: who follows the orders of whom
    path("customers/accounts/", accounts.account_clerks, name="account_clerks"),
    path("customers/accounts/hand-over/", accounts.hand_over_customers, name="hand_over_customers"),
    path("customers/<int:customer_id>/account/", accounts.follow_customer, name="follow_customer"),
    path(
        "customers/<int:customer_id>/notes/", accounts.describe_customer, name="describe_customer"
    ),
    # 订金, 定金: what customers have paid before the goods
    path("deposits/", deposits.deposit_list, name="deposits"),
    path("deposits/new/", deposits.new_deposit, name="new_deposit"),
    path("deposits/locks/", deposits.open_locks, name="open_locks"),
    path("deposits/<uuid:uuid>/", deposits.deposit, name="deposit"),
    path("deposits/<uuid:uuid>/slip.pdf", deposits.deposit_slip, name="deposit_slip"),
    *(
        path(f"deposits/<uuid:uuid>/{word}/", view, name=name)
        for word, view, name in (
            ("pay-back", deposits.pay_deposit_back, "pay_deposit_back"),
            ("withdraw", deposits.withdraw_deposit, "withdraw_deposit"),
            ("lapse", deposits.lapse_deposit, "lapse_deposit"),
            ("sell", deposits.sell_reserved, "sell_reserved"),
        )
    ),
    path("orders/<number>/lock/", deposits.lock_price, name="lock_price"),
    # 换货余额: what the shop owes its customers in goods
    path("customers/credit/", credit.credit_list, name="credit"),
    path("customers/<int:customer_id>/credit/", credit.customer_credit, name="customer_credit"),
    path(
        "customers/<int:customer_id>/credit/pay-out/",
        credit.pay_out_credit,
        name="pay_out_credit",
    ),
    path(
        "customers/<int:customer_id>/credit/identity/",
        credit.credit_identity,
        name="credit_identity",
    ),
    # a counter changes hands; every act of a count stands under its sheet
    path("handovers/start/<code>/", handovers.start_handover, name="start_handover"),
    path("handovers/spot/", handovers.start_spot_count, name="start_spot_count"),
    path("handovers/<number>/", handovers.handover, name="handover"),
    path("handovers/<number>/scan/", trays.scan_place, name="scan_place"),
    path("handovers/<number>/empty/", trays.hand_in_empty, name="hand_in_empty"),
    path("handovers/<number>/no-slips/", drawers.count_no_slips, name="count_no_slips"),
    path("handovers/<number>/items/<int:item_id>/", drawers.check_item, name="check_item"),
    path("handovers/<number>/bags/scan/", drawers.scan_bag, name="scan_bag"),
    path("handovers/<number>/bags/undo/", drawers.undo_bag, name="undo_bag"),
    path("handovers/<number>/bags/hand-in/", drawers.hand_in_bags, name="hand_in_bags"),
    path("handovers/<number>/money/<tender>/", drawers.count_money, name="count_money"),
    path("handovers/<number>/money/<tender>/accept/", drawers.accept_money, name="accept_money"),
    path("handovers/<number>/reads/<int:read_id>/weigh/", trays.weigh_piece, name="weigh_piece"),
    path("handovers/<number>/sign/", handovers.sign_handover, name="sign_handover"),
    path("handovers/<number>/remark/", handovers.remark_handover, name="remark_handover"),
    path("handovers/<number>/abandon/", handovers.abandon_handover, name="abandon_handover"),
    *(
        path(f"handovers/<number>/trays/<place>/{word}/", view, name=name)
        for word, view, name in (
            ("open", trays.open_tray, "open_tray"),
            ("scan", trays.scan_tray, "scan_tray"),
            ("undo", trays.undo_scan, "undo_scan"),
            ("no-label", trays.count_no_label, "count_no_label"),
            ("stray", trays.count_stray, "count_stray"),
            ("weigh", trays.weigh_tray, "weigh_tray"),
            ("hand-in", trays.hand_in_tray, "hand_in_tray"),
            ("seal", trays.take_by_seal, "take_by_seal"),
            ("recount", trays.ask_recount, "ask_recount"),
            ("find", trays.enter_forgotten, "enter_forgotten"),
            ("accept", trays.accept_difference, "accept_difference"),
        )
    ),
    # 以旧换新: what lies on the counter has no number yet
    path("trade-ins/", trade_ins.trade_in_list, name="trade_ins"),
    path("trade-ins/new/", trade_ins.new_trade_in, name="new_trade_in"),
    path("trade-ins/new/add/", trade_ins.add_old_piece, name="add_old_piece"),
    path("trade-ins/new/own/", trade_ins.scan_own_piece, name="scan_own_piece"),
    path("trade-ins/new/photo/", trade_ins.take_photo, name="take_photo"),
    path("trade-ins/new/clear/", trade_ins.clear_trade_in, name="clear_trade_in"),
    path(
        "trade-ins/new/<int:position>/remove/",
        trade_ins.remove_old_piece,
        name="remove_old_piece",
    ),
    path("trade-ins/ledger/", trade_in_papers.seller_ledger_page, name="seller_ledger"),
    path("trade-ins/ledger.csv", trade_in_papers.seller_ledger_file, name="seller_ledger_file"),
    path("trade-ins/ledger/full/", trade_in_papers.full_seller_ledger, name="full_seller_ledger"),
    path("trade-ins/<number>/", trade_ins.trade_in, name="trade_in"),
    path("trade-ins/<number>/voucher.pdf", trade_in_papers.voucher, name="trade_in_voucher"),
    *(
        path(f"trade-ins/<number>/{word}/", view, name=name)
        for word, view, name in (
            ("consent", trade_ins.consent_to_test, "consent_to_test"),
            ("test", old_pieces.confirm_test, "confirm_test"),
            ("offer", offers.make_offer, "make_offer"),
            ("accept", offers.accept_offer, "accept_offer"),
            ("melt", offers.consent_to_melt, "consent_to_melt"),
            ("reweigh", offers.reweigh, "reweigh"),
            ("pay", offers.pay_with_old_gold, "pay_with_old_gold"),
            ("pay-out", offers.pay_out, "pay_out"),
            ("bag", offers.seal_bag, "seal_bag"),
            ("decline", trade_ins.decline, "decline"),
            ("give-back", trade_ins.give_back, "give_back"),
            ("identity", identities.trade_in_identity, "trade_in_identity"),
            ("identity/reveal", identities.reveal_identity, "reveal_identity"),
        )
    ),
    *(
        path(f"trade-ins/<number>/pieces/<int:piece_id>/{word}/", view, name=name)
        for word, view, name in (
            ("weigh", old_pieces.weigh_old_piece, "weigh_old_piece"),
            ("test", old_pieces.test_old_piece, "test_old_piece"),
            ("density", old_pieces.test_density, "test_density"),
            ("analyser", old_pieces.read_analyser_file, "read_analyser_file"),
            ("decide", old_pieces.decide_old_piece, "decide_old_piece"),
            ("melted", old_pieces.weigh_melted, "weigh_melted"),
        )
    ),
    # 维修单: a customer's thing in our hands
    path("tickets/", tickets.board, name="tickets"),
    path("tickets/new/", tickets.new_ticket, name="new_ticket"),
    path("tickets/clean/", tickets.clean_now, name="clean_now"),
    path("tickets/<number>/", tickets.ticket, name="ticket"),
    path("tickets/<number>/envelope.pdf", tickets.envelope, name="envelope"),
    path("tickets/<number>/claim-check.pdf", tickets.claim_check, name="claim_check"),
    path("tickets/<number>/referral.pdf", tickets.referral, name="referral"),
    *(
        path(f"tickets/<number>/{word}/", view, name=name)
        for word, view, name in (
            ("weigh", ticket_intakes.weigh_in, "weigh_in"),
            ("certificate", ticket_intakes.show_certificate, "show_certificate"),
            ("photo", ticket_intakes.photograph, "photograph_ticket"),
            ("stones", ticket_intakes.mark_stone, "mark_stone"),
            ("stones/clear", ticket_intakes.clear_stones, "clear_stones"),
            ("tasks", ticket_intakes.add_task, "add_task"),
            ("promise", ticket_intakes.promise, "promise_ticket"),
            ("sign", ticket_intakes.sign_intake, "sign_intake"),
            ("quote", ticket_work.make_quote, "make_quote"),
            ("agree", ticket_work.agree_to_quote, "agree_to_quote"),
            ("start", ticket_work.start_work, "start_work"),
            ("send-out", ticket_work.send_out, "send_out"),
            ("take-back", ticket_work.take_back, "take_back_ticket"),
            ("finish", ticket_work.finish_work, "finish_work"),
            ("check", ticket_work.check_work, "check_work"),
            ("put", ticket_work.put_envelope, "put_envelope"),
            ("give-up", ticket_work.give_up_work, "give_up_work"),
            ("contact", ticket_hand_backs.note_contact, "note_contact"),
            ("pay", ticket_hand_backs.pay_for_work, "pay_for_work"),
            ("credit", ticket_hand_backs.credit_rest, "credit_rest"),
            ("weigh-out", ticket_hand_backs.weigh_out, "weigh_out"),
            ("hand-back", ticket_hand_backs.hand_back, "hand_back"),
            ("jobs/<int:job_id>/done", ticket_work.finish_task, "finish_task"),
            ("jobs/<int:job_id>/drop", ticket_work.drop_task, "drop_task"),
            ("jobs/<int:job_id>/result", ticket_work.note_appraisal, "note_appraisal"),
        )
    ),
    # 旧料袋: what became of old gold after the payment
    path("scrap-bags/", scrap_bags.scrap_bags, name="scrap_bags"),
    path("scrap-bags/send/", scrap_bags.send_bags, name="send_bags"),
    path("scrap-bags/melt/", scrap_bags.melt_bags, name="melt_bags"),
    path("scrap-bags/melts/<number>/assay/", scrap_bags.enter_assay, name="enter_assay"),
    path("scrap-bags/purity/", scrap_bags.scrap_purity, name="scrap_purity"),
    path("scrap-bags/samples/", scrap_bags.scrap_samples, name="scrap_samples"),
    path("scrap-bags/samples/<number>/", scrap_bags.scrap_sample, name="scrap_sample"),
    path("scrap-bags/<number>/", scrap_bags.scrap_bag, name="scrap_bag"),
    path("scrap-bags/<number>/label.pdf", scrap_bags.bag_label, name="bag_label"),
    path("scrap-bags/<number>/receive/", scrap_bags.receive_bag, name="receive_bag"),
    path("scrap-bags/<number>/open/", scrap_bags.open_bag, name="open_bag"),
    path("photos/<uuid:uuid>/<size>/", trade_ins.photo, name="photo"),
    # 盘点: the whole store, a counter or some trays against the books
    path("stocktakes/", include("counter.stocktake_pages")),
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
    path("stock/ageing/", ageing.stock_ageing, name="stock_ageing"),
    # 调拨: from store to store; who signs types a PIN
    path("shipments/", shipments.shipment_list, name="shipments"),
    path("shipments/send/", shipments.send_shipment, name="send_shipment"),
    path("shipments/<number>/", shipments.shipment, name="shipment"),
    path("shipments/<number>/sheet.pdf", shipments.shipment_sheet, name="shipment_sheet"),
    path("shipments/<number>/receive/", shipments.receive_shipment, name="receive_shipment"),
    path("shipments/<number>/receive/add/", shipments.scan_parcel, name="scan_parcel"),
    path("shipments/<number>/receive/clear/", shipments.clear_parcel, name="clear_parcel"),
    path("shipments/<number>/recall/", shipments.recall_shipment, name="recall_shipment"),
    path(
        "shipments/<number>/too-many/<piece>/settle/",
        shipments.settle_surplus,
        name="settle_surplus",
    ),
    *(
        path(f"shipments/<number>/pieces/<piece>/{word}/", view, name=name)
        for word, view, name in (
            ("weigh", shipments.weigh_from_parcel, "weigh_from_parcel"),
            ("remove", shipments.remove_from_parcel, "remove_from_parcel"),
            ("settle", shipments.settle_shipped, "settle_shipped"),
        )
    ),
    # 辅料、赠品: goods that are no individuals
    path("supplies/", supplies.supply_list, name="supplies"),
    path("supplies/receive/", supplies.receive_supplies, name="receive_supplies"),
    path("supplies/move/", supplies.move_supplies, name="move_supplies"),
    path("supplies/use/", supplies.use_supplies, name="use_supplies"),
    path("supplies/put-right/", supplies.put_supplies_right, name="put_supplies_right"),
    # the network showroom as its customers see it
    path("", include("counter.showroom_pages")),
    path("guests/", showroom_guests.showroom_guests, name="showroom_guests"),
    path("guests/invite/", showroom_guests.invite_guest, name="invite_guest"),
    path("guests/end/", showroom_guests.end_invitation, name="end_invitation"),
    # faults that customers report
    path("claims/", claims.claim_list, name="claims"),
    path("claims/new/", claims.new_claim, name="new_claim"),
    # what customers are told
    path("notices/", notices.notice_list, name="notices"),
    path("notices/<int:notice_id>/retry/", notices.retry_notice, name="retry_notice"),
    path("notices/<int:notice_id>/drop/", notices.drop_notice, name="drop_notice"),
    # 网络板房: the queue of orders
    path("orders/", include("counter.order_pages")),
    # 加盟商: a whole list in one order
    path("dealers/<int:customer_id>/order/", dealers.dealer_order, name="dealer_order"),
    # head office's own: no counter opens these
    path("head-office/", include("counter.head_office_pages")),
    path("head-office/cash/", cash_cases.cash_case_list, name="cash_cases"),
    path("head-office/cash/<int:pk>/identity/", cash_cases.cash_identity, name="cash_identity"),
    path("head-office/cash/<int:pk>/close/", cash_cases.close_cash_case, name="close_cash_case"),
    # a business day of the store: report, day files, close
    path("day/", days.day_list, name="days"),
    path("day/near-limits/", days.near_limit_list, name="near_limits"),
    path("day/<day:day>/", days.day_page, name="day"),
    path("day/<day:day>/files/", days.import_day_file, name="import_day_file"),
    path("day/<day:day>/counters/<code>/explain/", days.explain_counter, name="explain_counter"),
    path("day/<day:day>/close/", days.close_day, name="close_day"),
]
