"""The frame of a table, written in one place for all pages."""

from django.template import Context, Template

PAGE = Template(
    '{% load tables %}{% table "Tray" left figures="2" %}<tbody>{{ left }}</tbody>{% endtable %}'
)


def test_it_sets_the_headings_of_figures_to_the_right() -> None:
    shown = PAGE.render(Context({"left": "Pieces"}))
    assert '<th scope="col">Tray</th><th scope="col" class="n">Pieces</th>' in shown
    assert shown.startswith('<div class="scroll"><table class="dense"><thead>')


def test_it_escapes_a_heading_and_leaves_the_body_as_the_page_wrote_it() -> None:
    shown = PAGE.render(Context({"left": "<b>"}))
    assert '<th scope="col" class="n">&lt;b&gt;</th>' in shown
    assert "<tbody>&lt;b&gt;</tbody>" in shown


def test_it_gives_few_large_rows_their_room() -> None:
    loose = Template('{% load tables %}{% table "Metal" dense=False %}{% endtable %}')
    assert "<table><thead>" in loose.render(Context())
