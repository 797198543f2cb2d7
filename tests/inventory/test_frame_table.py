"""The frame of a table, written in one place for all pages."""

import re

from django.template import Context, Template

PAGE = Template(
    '{% load tables %}{% table "Tray" left figures="2" %}<tbody>{{ left }}</tbody>{% endtable %}'
)
LINKED = Template(
    '{% load tables %}{% table "Tray" "Pieces" %}'
    '<tbody><tr><td><a href="/t">A-01</a></td></tr></tbody>{% endtable %}'
)


def frame_of(shown: str) -> str:
    found = re.match(r"<div [^>]*>", shown)
    assert found
    return found[0]


def test_it_sets_the_headings_of_figures_to_the_right() -> None:
    shown = PAGE.render(Context({"left": "Pieces"}))
    assert '<th scope="col">Tray</th><th scope="col" class="n">Pieces</th>' in shown
    assert shown.startswith('<div class="scroll"')
    assert shown.removeprefix(frame_of(shown)).startswith('<table class="dense"><thead>')


def test_it_escapes_a_heading_and_leaves_the_body_as_the_page_wrote_it() -> None:
    shown = PAGE.render(Context({"left": "<b>"}))
    assert '<th scope="col" class="n">&lt;b&gt;</th>' in shown
    assert "<tbody>&lt;b&gt;</tbody>" in shown


def test_it_gives_few_large_rows_their_room() -> None:
    loose = Template('{% load tables %}{% table "Metal" dense=False %}{% endtable %}')
    assert "<table><thead>" in loose.render(Context())


def test_a_table_without_a_link_is_reached_and_scrolled_by_keyboard() -> None:
    frame = frame_of(PAGE.render(Context({"left": '"Pieces"'})))
    assert frame == (
        '<div class="scroll" tabindex="0" role="region" aria-label="Tray · &quot;Pieces&quot;">'
    )


def test_a_table_with_a_link_is_no_further_stop_of_the_tab_key() -> None:
    assert frame_of(LINKED.render(Context())) == '<div class="scroll">'


def test_a_list_on_paper_has_the_same_headings_and_does_not_scroll() -> None:
    paper = Template(
        '{% load tables %}{% paper_table "Name" "Grams" figures="2" %}<tbody></tbody>'
        "{% endpaper_table %}"
    )
    assert paper.render(Context()) == (
        '<table class="list"><thead><tr><th scope="col">Name</th>'
        '<th scope="col" class="figure">Grams</th></tr></thead><tbody></tbody></table>'
    )
