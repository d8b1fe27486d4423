"""Bugs in what a row of the ERP, or of a CRM, does beside what is here already."""

from tests.mutants.bug import bug

_PEOPLE = "tests/integration/sync/test_people.py::"

ROW_BUGS = (
    bug(
        "whom a CRM names is gone when the ERP's customer changes",
        "shared/usecases/import_people.py",
        "            crm_contacts=row.contacts,\n",
        "            contacts=row.contacts or before.contacts,\n",
        _PEOPLE + "test_neither_the_erp_nor_the_crm_loses_whom_the_other_names",
        rules="R43",
    ),
)
