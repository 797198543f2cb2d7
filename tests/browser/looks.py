"""What is looked for on a screen, as scripts for the page; each answers with what it found."""

UNFOLD = "() => document.querySelectorAll('details').forEach(each => each.open = true)"

TARGETS = (
    "button, a[role=button], a.btn, .pages a, input:not([type=hidden], scan-box *), select, "
    "textarea, summary"
)

SMALL = """els => els.filter(e => e.checkVisibility())
    .map(e => [e, (e.matches('[type=radio],[type=checkbox]') && e.closest('label') || e)])
    .map(([e, area]) => [e, area.getBoundingClientRect()])
    .filter(([e, box]) => box.width < 48 || box.height < (e.matches('.pay,.key') ? 72 : 48))
    .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""

SMALL_TEXT = """smallest => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
        if (!text || parent.matches('script,noscript,style')) continue;
        const size = parseFloat(getComputedStyle(parent).fontSize);
        if (parent.checkVisibility() && size < smallest) small.push(`${text} ${size}`);
    }
    return small;
}"""

# two that stand still at different edges of the screen only seem to touch
CROWDED = """(els, least) => {
    const area = e => e.matches('[type=radio],[type=checkbox]') && e.closest('label') || e;
    const all = els.filter(e => e.checkVisibility()).map(e => {
        const {left, right, top, bottom} = area(e).getBoundingClientRect();
        return {e, left, right, top, bottom, edge: e.closest('.strip,.bar,.foot,.skip')};
    });
    const gap = (a, b, from, to) => Math.max(0, a[from] - b[to], b[from] - a[to]);
    const apart = (a, b) => Math.hypot(gap(a, b, 'left', 'right'), gap(a, b, 'top', 'bottom'));
    const named = ({e}) => e.outerHTML.slice(0, 60);
    return all.flatMap((a, i) => all.slice(i + 1)
        .filter(b => a.edge === b.edge && apart(a, b) < least - .5)
        .map(b => `${named(a)} | ${named(b)} ${apart(a, b).toFixed(1)}`));
}"""

# what is too wide for the screen, and words that do not fit where they stand
LOST = """() => {
    const root = document.documentElement, lost = [];
    const frames = 'button,.btn,.tag,.choice,.person,.avatar,.card,.field,td,th,.row,main,body';
    const named = e => e.outerHTML.slice(0, 80);
    if (root.scrollWidth > root.clientWidth) {
        const wide = [...document.querySelectorAll('body *')].filter(
            e => e.checkVisibility() && e.getBoundingClientRect().right > root.clientWidth + 1);
        lost.push(`${root.scrollWidth} px: ${wide.slice(0, 3).map(named).join(' | ')}`);
    }
    for (const e of document.querySelectorAll('input:not([type=file],[type=date]),select')) {
        if (e.checkVisibility() && e.scrollWidth > e.clientWidth + 1) lost.push(named(e));
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
        if (!text || !parent.checkVisibility({opacityProperty: true})) continue;
        if (parent.closest('script,noscript,style,option,.unseen,.skip')) continue;
        const words = document.createRange();
        words.selectNodeContents(walker.currentNode);
        const frame = parent.closest(frames), box = frame.getBoundingClientRect();
        // what a pane scrolls to is not lost
        const pane = parent.closest('.actions');
        const scrolls = pane && frame.contains(pane) && getComputedStyle(pane).overflowY === 'auto';
        const fits = ({left, right, top, bottom}) => left >= box.left - 1 && right <= box.right + 1
            && (scrolls || (top + bottom) / 2 > box.top && (top + bottom) / 2 < box.bottom);
        if (![...words.getClientRects()].every(fits)) lost.push(`"${text}" in ${named(frame)}`);
    }
    return lost;
}"""

WORDS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [document.title], spoken = ['aria-label', 'placeholder', 'title', 'data-reason'];
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (parent.matches('script,noscript,style') || parent.closest('body [lang]')) continue;
        words.push(walker.currentNode.data);
    }
    for (const name of spoken) {
        const all = [...document.querySelectorAll(`[${name}]`)];
        words.push(...all.map(e => e.getAttribute(name)));
    }
    return words.map(each => each.trim()).filter(each => each);
}"""
