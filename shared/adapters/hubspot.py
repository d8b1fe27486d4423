"""HubSpot as a source of people: of the ERP's customers it tells the contacts, owner and segment.

A company is known by the property that holds the ERP's id of the customer; one without it is
passed over. A CRM knows no invoices and takes no entries. Companies are asked for in the order of
their last change; the people of each come by its associations. HubSpot's search gives at most
10,000 results for one question, so every page asks anew from the moment of the last record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.adapters import change_cursor
from shared.adapters.erp_http import Answer, ErpHttp
from shared.adapters.erp_values import address, moments
from shared.domain.customer import Contact
from shared.domain.erp import (
    Capabilities,
    Connected,
    Entry,
    ErpRow,
    OpenAmount,
    OpenPage,
    Page,
    Posted,
    RecordKind,
)
from shared.domain.imports import PeopleRow
from shared.errors import ErpRefused, ErpUnreadable

API = "https://api.hubapi.com"
_PAGE_MAX = 100
_STAMP = "hs_lastmodifieddate"
_COMPANY = ("name", "hubspot_owner_id", _STAMP, "billing_email")
_NAMES = ("firstname", "lastname", "firstName", "lastName")  # of a person, and of an owner
_PERSON = ("firstname", "lastname", "email", "jobtitle")


class HubSpot:
    """One account. erp_id and segment name the company properties that tell them, "" for none."""

    def __init__(self, http: ErpHttp, token: str, erp_id: str, segment: str = "") -> None:
        self._http = http
        self._token = token
        self._erp_id = erp_id
        self._segment = segment
        self._owners: dict[str, tuple[Contact, ...]] = {}

    def __repr__(self) -> str:
        return "HubSpot()"

    @property
    def capabilities(self) -> Capabilities:
        """Return what HubSpot can do: it gives people, and takes nothing."""
        return Capabilities(kinds=frozenset({RecordKind.CUSTOMERS}))

    def check(self) -> Connected:
        """Return whose account this is."""
        found = self._get("/account-info/v3/details")
        portal = found.get("portalId")
        if not portal:
            raise ErpUnreadable(what="no account")
        currency = str(found.get("companyCurrency") or "")
        zone = str(found.get("timeZone") or "")
        return Connected(f"HubSpot account {portal}", "HubSpot", currency, zone)

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page of companies with their people."""
        if kind is not RecordKind.CUSTOMERS:
            return Page((), cursor, False, now)
        since, taken = change_cursor.place(cursor)
        size = min(limit, _PAGE_MAX)
        ms = str(int(since.timestamp() * 1000))
        found = self._search(_STAMP, "GTE", ms, size, taken)
        companies = _results(found)
        rows = self._rows(companies)
        more = bool(((found.get("paging") or {}).get("next") or {}).get("after"))
        stamps = moments((one.get("properties") or {} for one in companies), _STAMP)
        after = change_cursor.following(stamps, since, taken, more, size)
        return Page(rows, after, more, now)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the company that stands for the ERP's customer, as it is now."""
        if kind is not RecordKind.CUSTOMERS:
            return ()
        return self._rows(_results(self._search(self._erp_id, "EQ", external_id, 1, 0)))

    def find(self, key: str) -> Posted | None:
        """Return None: a CRM has no entries."""
        return None

    def post(self, entry: Entry) -> Posted:
        """Raise ErpRefused: a CRM has no books."""
        raise ErpRefused(said="HubSpot keeps no books.")

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Raise ErpRefused: a CRM has no books."""
        raise ErpRefused(said="HubSpot keeps no books.")

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Raise ErpRefused: a CRM has no books."""
        raise ErpRefused(said="HubSpot keeps no books.")

    def _rows(self, companies: Sequence[Mapping[str, Any]]) -> tuple[ErpRow, ...]:
        known = [one for one in companies if (one.get("properties") or {}).get(self._erp_id)]
        people = self._people([str(one["id"]) for one in known])
        return tuple(self._row(one, people.get(str(one["id"]), ())) for one in known)

    def _row(self, company: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> PeopleRow:
        told = company["properties"]
        contacts = sorted(filter(None, map(_contact, people)), key=lambda c: (c.email, c.role))
        mail = address(told.get("billing_email")) or (contacts[0].email if contacts else "")
        return PeopleRow(
            line=0,
            external_id=str(told[self._erp_id]),
            name=str(told.get("name") or ""),
            email=mail,
            segment=str(told.get(self._segment) or "") or None if self._segment else None,
            contacts=(*contacts, *self._owner(str(told.get("hubspot_owner_id") or ""))),
        )

    def _owner(self, owner_id: str) -> tuple[Contact, ...]:
        """Return who looks after a company, as a contact of the role owner."""
        if not owner_id:
            return ()
        if owner_id not in self._owners:
            answer = self._http.call(
                "GET", f"/crm/v3/owners/{owner_id}",
                writes=False, headers=self._headers(), accept=(404,),
            )  # fmt: skip
            found = _contact(_object(answer)) if answer.status != 404 else None
            self._owners[owner_id] = () if found is None else (replace(found, role="owner"),)
        return self._owners[owner_id]

    def _people(self, company_ids: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the people of companies by company id: two calls for a page."""
        if not company_ids:
            return {}
        linked = self._post(
            "/crm/v4/associations/companies/contacts/batch/read",
            {"inputs": [{"id": company_id} for company_id in company_ids]},
        )
        whose = {
            str(one["from"]["id"]): [str(to["toObjectId"]) for to in one.get("to") or ()]
            for one in linked.get("results") or ()
        }
        wanted = sorted({person for ids in whose.values() for person in ids})
        known: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(wanted), _PAGE_MAX):
            found = self._post(
                "/crm/v3/objects/contacts/batch/read",
                {
                    "properties": list(_PERSON),
                    "inputs": [{"id": person} for person in wanted[start : start + _PAGE_MAX]],
                },
            )
            known |= {str(p["id"]): p.get("properties") or {} for p in found.get("results") or ()}
        return {
            company_id: [known[person] for person in ids if person in known]
            for company_id, ids in whose.items()
        }

    def _search(
        self, name: str, operator: str, value: str, size: int, taken: int
    ) -> Mapping[str, Any]:
        wanted = {"propertyName": name, "operator": operator, "value": value}
        question = {
            "filterGroups": [{"filters": [wanted]}],
            "sorts": [{"propertyName": _STAMP, "direction": "ASCENDING"}],
            "properties": self._properties(),
            "limit": size,
            **({"after": str(taken)} if taken else {}),
        }
        return self._post("/crm/v3/objects/companies/search", question)

    def _properties(self) -> list[str]:
        return [*_COMPANY, *filter(None, (self._erp_id, self._segment))]

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    def _get(self, path: str) -> Mapping[str, Any]:
        return _object(self._http.call("GET", path, writes=False, headers=self._headers()))

    def _post(self, path: str, body: object) -> Mapping[str, Any]:
        """Ask by POST, as HubSpot's questions are: nothing is written."""
        return _object(
            self._http.call("POST", path, writes=False, headers=self._headers(), body=body)
        )


def _object(answer: Answer) -> Mapping[str, Any]:
    found = answer.json()
    if not isinstance(found, dict):
        raise ErpUnreadable(what="no object")
    return found


def _results(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in found.get("results") or () if isinstance(one, dict) and "id" in one]


def _contact(person: Mapping[str, Any]) -> Contact | None:
    mail = address(person.get("email"))
    names = (str(person.get(part) or "") for part in _NAMES)
    role = str(person.get("jobtitle") or "").strip().lower() or "contact"
    return Contact(role, " ".join(filter(None, names)), mail) if mail else None
