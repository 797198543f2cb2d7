"""Papers of old gold: the customer's voucher, and the register of what was bought."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from appraisal import queries, seller_ledger
from counter import voucher_papers
from counter.identity_forms import FullLedgerForm, LedgerForm
from counter.views.pages import checked
from inventory import places
from inventory.ground import access, csv_files, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, store_of


@require_GET
@access.page("see_trade_ins")
def voucher(request: StaffRequest, number: str) -> HttpResponse:
    """收回单, as often as it is wanted; before the payment it says that it is not settled."""
    found = queries.trade_in_for(request.user, number)
    told = {"voucher": voucher_papers.voucher_of(found), "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_voucher.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


@require_GET
@access.page("see_identity")
def seller_ledger_page(request: StaffRequest) -> HttpResponse:
    """What was bought from day to day, its sellers masked."""
    store = store_of(request)
    today = places.business_day(store)
    form = LedgerForm(request.GET) if request.GET else LedgerForm.of_month(today)
    asked = checked(form).cleaned_data
    rows = seller_ledger.bought(store=store, by=request.user, **asked)
    told = {
        "form": form,
        "asked": asked,
        "rows": rows,
        "sum_cents": sum(row.worth_cents for row in rows),
    }
    return render(request, "counter/trade_ins/ledger.html", told)


@require_GET
@access.page("see_identity")
def seller_ledger_file(request: StaffRequest) -> HttpResponse:
    """The same as a file, its sellers masked."""
    asked = checked(LedgerForm(request.GET)).cleaned_data
    rows = seller_ledger.bought(store=store_of(request), by=request.user, **asked)
    content = csv_files.written(seller_ledger.headings(), seller_ledger.cells(rows, {}))
    return csv_files.response(content, name=f"{asked['since']}-{asked['until']}.csv")


# no key: a file that is asked for again is one more look in the log
@require_POST
@access.page("see_identity", keyed=False)
def full_seller_ledger(request: StaffRequest) -> HttpResponse:
    """With names and numbers, for the authorities; every seller on it is one look in the log."""
    asked = checked(FullLedgerForm(request.POST)).cleaned_data
    why = asked.pop("why")
    rows = seller_ledger.bought(store=store_of(request), by=request.user, **asked)
    seen = seller_ledger.reveal(rows=rows, why=why, by=request.user)
    content = csv_files.written(seller_ledger.headings(), seller_ledger.cells(rows, seen))
    return csv_files.response(content, name=f"{asked['since']}-{asked['until']}-full.csv")
