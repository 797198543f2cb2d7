"""Page addresses of the book of pieces; the word in the address is the word of the rule."""

from django.urls import URLPattern, path

from inventory.views import imports, pieces, prices, transfers

urlpatterns: list[URLPattern] = [
    # /pieces/import/ before /pieces/<number>/
    path("pieces/import/", imports.import_pieces, name="import_pieces"),
    path("pieces/import/<int:upload_id>/", imports.import_report, name="import_report"),
    path("pieces/", pieces.piece_list, name="pieces"),
    path("pieces/tags.pdf", pieces.tags, name="tags"),
    path("pieces/<number>/", pieces.piece, name="piece"),
    # new transfers need a PIN; /transfers/new/ is in the book of the day
    path("transfers/", transfers.transfer_list, name="transfers"),
    path("transfers/<number>/", transfers.transfer, name="transfer"),
    path("transfers/<number>/sheet.pdf", transfers.sheet, name="transfer_sheet"),
    path("prices/", prices.price_board, name="prices"),
    path("prices/set/", prices.set_prices, name="set_prices"),
    path("prices/board/", prices.television, name="price_television"),
]
