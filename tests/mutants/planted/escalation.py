"""Bugs in what goes on beyond a mail: approvals, letters, texts, calls, cases."""

from tests.mutants.bug import bug

APPROVALS = "tests/integration/test_approvals.py"
LETTERS = "tests/integration/test_letters.py"
TEXTS = "tests/integration/test_sms.py"
CALLS = "tests/integration/test_calls.py"
PACK = "tests/integration/test_case_pack.py"
ESCALATE = "shared/usecases/escalate.py"
LETTER = "shared/domain/letter.py"

ESCALATION_BUGS = (
    bug(
        "the end of the ladder waits for nobody",
        "shared/domain/notices.py",
        "approval=decision.stage.approval or decision.stage.channel is Channel.HANDOVER,",
        "approval=decision.stage.approval,",
        APPROVALS,
        rules="R37",
    ),
    bug(
        "a stage that needs approval is charged while it waits",
        ESCALATE,
        "    if notice.waits_for_approval:",
        "    if notice.waits_for_approval and not notice.fee:",
        APPROVALS,
        rules="R37",
    ),
    bug(
        "a refused stage may be asked for again",
        "shared/usecases/approvals.py",
        'done, code = DeliveryState.DONE, "not_approved"',
        'done, code = DeliveryState.WITHDRAWN, "not_approved"',
        APPROVALS,
        rules="R37",
    ),
    bug(
        "who has a case does not keep the ladder quiet",
        "shared/domain/agreement.py",
        "return self.starts_on <= today and (self.ended_on is None or today < self.ended_on)",
        "return self.starts_on < today and self.ended_on is not None and today < self.ended_on",
        APPROVALS,
        PACK,
        rules="R37",
    ),
    bug(
        "a letter leaves out the fee that comes with it",
        LETTER,
        "if (item.asked or document_id_of(item.document_id) in charges)",
        "if item.asked",
        LETTERS,
        rules="R22",
    ),
    bug(
        "a letter's deadline is the invoice's due date",
        "shared/usecases/send_letter.py",
        "pay_by=fresh_deadline(dated_on, law, closed_on=due.book.closed_on)",
        "pay_by=min(item.due_on for item in items)",
        LETTERS,
        rules="R38",
    ),
    bug(
        "a letter bears the date of the invoice",
        "shared/usecases/send_letter.py",
        "dated_on = law_of_country(customer.country), now.today(entity.time_zone)",
        "dated_on = law_of_country(customer.country), min(d.issued_on for d in account.documents)",
        LETTERS,
        rules="R38",
    ),
    bug(
        "a text names no fee",
        "shared/usecases/send_sms.py",
        "fees=_by_currency(item.payable for item in items if item.document_id in made),",
        "fees=(),",
        TEXTS,
        rules="R22",
    ),
    bug(
        "the copy of a letter keeps its link",
        "shared/usecases/send_letter.py",
        'kept = ports.printer.letter(replace(told, link=f"{place}/{_LINK_CUT}"))',
        "kept = ports.printer.letter(told)",
        LETTERS,
    ),
    bug(
        "an answer of the post that did not come counts as a refusal",
        "shared/adapters/pingen.py",
        'return SendResult(SendState.UNCERTAIN, code="no_answer")',
        'return SendResult(SendState.REFUSED, code="no_answer")',
        "tests/integration/test_pingen.py",
    ),
    bug(
        "who opted out is written to again",
        "shared/usecases/send_sms.py",
        "if result.code == _OPTED_OUT:",
        "if not result.code:",
        TEXTS,
    ),
    bug(
        "the least is called first",
        "shared/domain/call_list.py",
        "return -case.expected_minor, -case.days_late",
        "return case.expected_minor, -case.days_late",
        CALLS,
    ),
    bug(
        "a call nobody answered is forgotten",
        "shared/usecases/call_customers.py",
        "    if leads_to not in _NEXT:",
        "    if leads_to not in _NEXT or leads_to is CallFollowUp.CALL_AGAIN:",
        CALLS,
    ),
    bug(
        "a pack differs with the hour at which it is made",
        "shared/adapters/case_binder.py",
        "entry = zipfile.ZipInfo(path, _EPOCH)",
        "entry = zipfile.ZipInfo(path, (2000, 1, 1, 0, id(packed) // 64 % 60, 0))",
        PACK,
    ),
)
