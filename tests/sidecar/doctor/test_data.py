"""Plans, calendar, currencies and files of usage."""

import os
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sidecar.configuration import CalendarSection, FeedsSection
from sidecar.doctor import data
from sidecar.doctor.finding import OK, PROBLEM, WARNING
from tests.sidecar.conftest import Clinic

EURO = {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True}


def quarter_start(clinic: Clinic) -> str:
    with clinic.patient() as patient:
        return data.quarter_of(patient, patient.own_time.date())[0].isoformat()


def test_a_quarter_without_a_plan_is_a_warning_and_with_one_it_is_well(own_clinic: Clinic) -> None:
    [told] = own_clinic.findings(data.plan)
    assert told.state == WARNING and told.text.startswith("none for the quarter from")
    assert "Sidecar_Plan__c" in told.remedy
    start = quarter_start(own_clinic)
    own_clinic.served.insert("Sidecar_Plan__c", {"Sidecar_Quarter_Start__c": start, "Sidecar_Amount__c": 1})
    [told] = own_clinic.findings(data.plan)
    assert told.state == OK and start in told.text


def test_a_plan_that_begins_within_the_quarter_is_pointed_at(own_clinic: Clinic) -> None:
    late = (date.fromisoformat(quarter_start(own_clinic)) + timedelta(days=5)).isoformat()
    own_clinic.served.insert("Sidecar_Plan__c", {"Sidecar_Quarter_Start__c": late, "Sidecar_Amount__c": 1})
    told = own_clinic.findings(data.plan)[0]
    assert told.state == WARNING and late in told.text and "first day of the fiscal quarter" in told.remedy


def test_the_calendar_says_where_the_quarter_comes_from(clinic: Clinic) -> None:
    [told] = clinic.findings(data.calendar)
    assert told.state == OK and "by the org's fiscal periods" in told.text
    [told] = clinic.findings(data.calendar, calendar=CalendarSection(fiscal_year_start_month=2))
    assert told.state == OK and "fiscal_year_start_month = 2" in told.text


def test_periods_that_do_not_reach_today_are_a_warning(own_clinic: Clinic) -> None:
    with own_clinic.served.inside.database.writer() as connection:
        connection.execute('UPDATE "Period" SET "EndDate" = \'2001-03-31\', "StartDate" = \'2001-01-01\'')
    [told] = own_clinic.findings(data.calendar)
    assert told.state == WARNING and told.remedy == "define the fiscal year in Setup > Fiscal Year"


def test_one_currency_needs_nothing(clinic: Clinic) -> None:
    assert [(told.state, told.text) for told in clinic.findings(data.currencies)] == [(OK, "one")]


def test_several_currencies_need_rates_and_the_corporate_currency_for_our_user(own_clinic: Clinic) -> None:
    own_clinic.served.insert("CurrencyType", EURO)
    assert [told.state for told in own_clinic.findings(data.currencies)] == [OK]
    own = own_clinic.served.inside.user("integration@local.example").id
    own_clinic.served.update("User", {"Id": own, "DefaultCurrencyIsoCode": "EUR"})
    told = own_clinic.findings(data.currencies)[0]
    assert told.state == WARNING and "currency is EUR, the corporate one is USD" in told.text
    with own_clinic.served.inside.database.writer() as connection:
        connection.execute('UPDATE "CurrencyType" SET "ConversionRate" = NULL WHERE "IsoCode" = \'EUR\'')
    told = own_clinic.findings(data.currencies)[0]
    assert (told.state, told.text) == (PROBLEM, "no rate for EUR")


def test_without_a_folder_of_usage_there_is_nothing_to_say(clinic: Clinic) -> None:
    assert clinic.findings(data.usage_files) == []


def test_a_folder_of_usage_must_be_there_hold_files_and_be_fresh(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "usage"
    feeds = FeedsSection(usage=folder)
    [told] = clinic.findings(data.usage_files, feeds=feeds)
    assert told.state == PROBLEM and f"no folder {folder}" in told.text
    folder.mkdir()
    [told] = clinic.findings(data.usage_files, feeds=feeds)
    assert told.state == WARNING and "no .csv or .parquet" in told.text
    (folder / "a.csv").write_text("account_id\n")
    [told] = clinic.findings(data.usage_files, feeds=feeds)
    assert told.state == OK
    month_ago = time.time() - 30 * 86400
    os.utime(folder / "a.csv", (month_ago, month_ago))
    [told] = clinic.findings(data.usage_files, feeds=feeds)
    assert told.state == WARNING and "30 days old" in told.text


def test_an_org_that_hides_its_fiscal_year_is_told_how_to_show_it(clinic: Clinic) -> None:
    with clinic.patient() as found:
        blind = replace(found, schemas={**found.schemas, "Organization": None, "Period": None})
        [told] = data.calendar(blind)
    assert told.state == WARNING and told.remedy.startswith("grant View Setup")
