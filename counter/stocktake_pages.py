"""Page addresses below /stocktakes/; every act of a count stands under its stocktake."""

from django.urls import path

from counter.views import (
    stocktake_differences,
    stocktake_places,
    stocktake_sheets,
    stocktakes,
)
from inventory.stocktake_files import Format

urlpatterns = [
    path("", stocktakes.stocktake_list, name="stocktakes"),
    path("new/", stocktakes.start_stocktake, name="start_stocktake"),
    path("<number>/", stocktakes.stocktake, name="stocktake"),
    path("<number>/sheet.pdf", stocktake_sheets.stocktake_sheet, name="stocktake_sheet"),
    *(
        path(
            f"<number>/lines.{shape}",
            stocktake_sheets.stocktake_file,
            {"shape": shape.value},
            name=f"stocktake_{shape}",
        )
        for shape in Format
    ),
    path("<number>/scan/", stocktake_places.scan_for_place, name="scan_for_place"),
    path("<number>/tags/", stocktake_places.take_in_all_tags, name="take_in_all_tags"),
    path("<number>/hand-in/", stocktakes.hand_in_waiting, name="hand_in_waiting"),
    path("<number>/stop/", stocktakes.stop_counting, name="stop_stocktake"),
    path("<number>/abandon/", stocktakes.abandon_stocktake, name="abandon_stocktake"),
    path("<number>/approve/", stocktake_sheets.approve_stocktake, name="approve_stocktake"),
    path("<number>/publish/", stocktake_sheets.publish_stocktake, name="publish_stocktake"),
    path(
        "<number>/acknowledge/",
        stocktake_sheets.acknowledge_stocktake,
        name="acknowledge_stocktake",
    ),
    path("<number>/lines/", stocktake_differences.line_list, name="stocktake_lines"),
    path(
        "<number>/differences/",
        stocktake_differences.difference_list,
        name="stocktake_differences",
    ),
    path(
        "<number>/differences/<int:pk>/decide/",
        stocktake_differences.decide_difference,
        name="decide_difference",
    ),
    *(
        path(f"<number>/places/<place>/{word}/", view, name=name)
        for word, view, name in (
            ("begin", stocktake_places.begin_spot, "begin_spot"),
            ("scan", stocktake_places.scan_spot, "scan_spot"),
            ("tags", stocktake_places.take_in_tags, "take_in_tags"),
            ("no-label", stocktake_places.enter_unlabelled, "enter_unlabelled"),
            ("weigh", stocktake_places.weigh_spot, "weigh_spot"),
            ("hand-in", stocktake_places.hand_in_spot, "hand_in_spot"),
            ("recount", stocktake_places.ask_recount, "ask_stocktake_recount"),
        )
    ),
    *(
        path(f"<number>/places/<place>/{word}/", view, name=name)
        for word, view, name in (
            ("no-label/<int:row_id>/undo", stocktake_places.undo_unlabelled, "undo_unlabelled"),
            ("supplies/<int:row_id>/count", stocktake_places.count_supply, "count_supply"),
            (
                "samples/<int:row_id>/weigh",
                stocktake_places.weigh_sample,
                "weigh_stocktake_sample",
            ),
        )
    ),
]
