"""Page addresses of the book of promises; the word in the address is the word of the rule."""

from django.urls import path, re_path

from warranty.views import card_life, cards, care_prices, plans, public, tickets

urlpatterns = [
    # the customer's pages; scheme and host ignore case, a path does not
    re_path(rf"^w/(?P<text>{public.NUMBER})/?$", public.public_card, name="public_card"),
    re_path(rf"^W/(?P<text>{public.NUMBER})/?$", public.public_card),
    re_path(r"^w/$", public.look_up_card, name="look_up_card"),
    re_path(r"^[wW]/?$", public.look_up_card),
    # 取件凭证: how far a customer's thing is
    path("t/<claim_check>/", tickets.private_ticket, name="private_ticket"),
    # head office's promises and prices, before /cards/<number>/
    path("cards/plans/", plans.plan_list, name="plans"),
    path("cards/plans/new/", plans.set_plan, name="new_plan"),
    path("cards/plans/new/preview/", plans.preview_plan, name="preview_new_plan"),
    path("cards/plans/<int:plan_id>/", plans.set_plan, name="next_plan"),
    path("cards/plans/<int:plan_id>/preview/", plans.preview_plan, name="preview_plan"),
    path("cards/prices/", care_prices.care_price_list, name="care_prices"),
    # /cards/<number>/; who a card is passed on to is in the book of the day
    path("cards/", cards.card_list, name="cards"),
    path("cards/find/", card_life.find_card, name="find_card"),
    path("cards/print/", cards.print_cards, name="print_cards"),
    path("cards/print.pdf", cards.cards_pdf, name="cards_pdf"),
    path("cards/<number>/", cards.card, name="card"),
    path("cards/<number>/purchase/", cards.hide_purchase, name="hide_purchase"),
    path("cards/<number>/lost/", card_life.report_lost, name="report_lost"),
    path("cards/<number>/found/", card_life.find_again, name="find_again"),
    path("cards/<number>/replace/", card_life.replace_card, name="replace_card"),
    path("cards/<number>/card.pdf", cards.card_pdf, name="card_pdf"),
]
