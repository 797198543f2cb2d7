"""Today at my counter; which counter I stand at; the shift; where a scan leads."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from counter import scanning, shifts
from counter.forms import ScanPhotoForm
from counter.middleware import COUNTER_IN_SESSION, STORE_IN_SESSION
from counter.today import counters_of, today_of
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import CounterRequest, checked, counter_here, seen
from inventory import queries as stock
from inventory.ground import access, photos
from inventory.ground.access import Scope
from inventory.views.pages import rights, store_of


@require_GET
@access.page()
def today(request: CounterRequest) -> HttpResponse:
    counter = counter_here(request)
    told = {
        "day": today_of(user=request.user, store=store_of(request), counter=counter),
        "sees_shifts": request.user.has_perm("open_shift"),
    }
    return render(request, "counter/today.html", told)


@require_GET
@access.page("open_shift")
def shift_list(request: CounterRequest) -> HttpResponse:
    """Each counter with who answers for it and what may be counted there."""
    may = rights(request.user, "count_pieces", "see_handovers", "import_statements")
    told = {"rows": counters_of(store_of(request)), "may": may}
    return render(request, "counter/shifts.html", told)


@require_POST
@access.page("open_shift")
def open_shift(request: CounterRequest, code: str) -> HttpResponse:
    """One tap: I stand at this counter now, and its shift is open."""
    counter = get_object_or_404(stock.counters_of(store_of(request)), code=code)
    shifts.open_at(counter=counter, by=request.user)
    request.session[COUNTER_IN_SESSION] = counter.pk
    return seen("sell_home")


@require_POST
@access.page(scope=Scope.OWN, keyed=False)
def choose_store(request: CounterRequest) -> HttpResponse:
    """Head office looks at one store, or at the house."""
    store = get_object_or_404(stock.stores_for(request.user), code=request.POST.get("store"))
    request.session[STORE_IN_SESSION] = store.code
    request.session.pop(COUNTER_IN_SESSION, None)
    return seen("today")


@require_GET
@access.page()
def scan(request: CounterRequest) -> HttpResponse:
    """Any scan on any screen goes to the right place."""
    return seen(scanning.address_of(request.user, request.GET.get("code", "")[:200]))


# decoding a picture takes its time: outside any transaction; it is kept nowhere
@require_POST
@access.page(keyed=False, max_body=MOST_BODY)
def scan_photo(request: CounterRequest) -> HttpResponse:
    """The code on a picture, where no scanner is at hand: told to the scan box, which takes it as
    any other scan; without a script it leads where the scan would."""
    taken = checked(ScanPhotoForm(request.POST, request.FILES)).cleaned_data["photo"]
    code = scanning.code_on(photos.codes_on(photos.open_picture(taken)))
    if request.accepts("text/html"):
        return seen(scanning.address_of(request.user, code))
    return HttpResponse(code, content_type="text/plain; charset=utf-8")
