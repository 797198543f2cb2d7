"""Page addresses of the book of promises; the word in the address is the word of the rule."""

from django.urls import path, re_path

from warranty.views import cards, public

urlpatterns = [
    # the customer's pages; scheme and host ignore case, a path does not
    re_path(rf"^w/(?P<text>{public.NUMBER})/?$", public.public_card, name="public_card"),
    re_path(rf"^W/(?P<text>{public.NUMBER})/?$", public.public_card),
    re_path(r"^w/$", public.look_up_card, name="look_up_card"),
    re_path(r"^[wW]/?$", public.look_up_card),
    # /cards/<number>/
    path("cards/", cards.card_list, name="cards"),
    path("cards/print/", cards.print_cards, name="print_cards"),
    path("cards/print.pdf", cards.cards_pdf, name="cards_pdf"),
    path("cards/<number>/", cards.card, name="card"),
    path("cards/<number>/purchase/", cards.hide_purchase, name="hide_purchase"),
    path("cards/<number>/card.pdf", cards.card_pdf, name="card_pdf"),
]
