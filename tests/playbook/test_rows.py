"""Every row of the table of bad inputs that is about inventories, playbooks, templates, the command
line and files has its tests: the audit, row by row. A row without one fails, and so does a name
that no test has.

What differs from the table, and why: iP5 gives no warning, because no run reads a journal; iY13
ends at 63 characters, because a call bridge's name is a label of DNS, too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SECTIONS = {"iY": 20, "iP": 9, "iT": 7, "iL": 10, "iF": 12}
DOCUMENT, BAD = "inventory/test_document.py", "inventory/test_bad_inputs.py"
CASE = "inventory/test_refused.py::test_a_wrong_inventory_is_refused_at_its_place"
VALUE = f"{BAD}::test_a_value_that_cannot_be_meant_is_refused"
READ = f"{DOCUMENT}::test_what_cannot_be_read_is_refused_at_its_place_and_soon"
PLAYBOOK = "playbook/test_bad_inputs.py::test_a_bad_playbook_is_refused"
ARGUMENT = "playbook/test_bad_inputs.py::test_a_bad_argument_is_refused"
ENVELOPE = "vault/test_envelope.py::test_a_form_that_can_only_be_damage_is_refused"
OWN = "inventory/test_ownership.py::test_"
# Row, and beginnings of the names of its tests below tests/.
ROWS: dict[str, tuple[str, ...]] = {
    "iY1": (f"{READ}[duplicate key]", f"{DOCUMENT}::test_both_lines_of_a_duplicate_key_are_named"),
    "iY2": (f"{VALUE}[iY2 ", f"{CASE}[domain-is-boolean.yml]"),
    "iY3": (f"{VALUE}[iY3 ",),
    "iY4": (f"{VALUE}[iY4 ", f"{CASE}[port-text.yml]"),
    "iY5": (f"{BAD}::test_an_inventory_of_nothing_is_refused",),
    "iY6": (f"{READ}[alias bomb]", f"{BAD}::test_a_line_of_ten_megabytes_is_refused_and_memory"),
    "iY7": (f"{READ}[brackets]", f"{READ}[dashes]"),
    "iY8": (
        f"{DOCUMENT}::test_a_large_file_is_refused_unread",
        f"{BAD}::test_twenty_thousand_keys_are_read",
        f"{BAD}::test_a_line_of_ten_megabytes_is_refused",
    ),
    "iY9": ("vault/test_inventory.py::test_a_value_without_a_password_names_its_field",),
    "iY10": (
        f"{READ}[tab]", f"{READ}[NUL]", f"{READ}[raw escape]", f"{READ}[Latin-1]",
        f"{CASE}[lone-surrogate.yml]",
    ),
    "iY11": (f"{VALUE}[iY11 ", f"{CASE}[zero-width-raw.yml]"),
    "iY12": (f"{VALUE}[iY12 ", f"{CASE}[name-with-newline.yml]"),
    "iY13": (f"{VALUE}[iY13 ", f"{BAD}::test_the_longest_name_passes"),
    "iY14": (
        f"{CASE}[one-server.yml]", f"{CASE}[two-servers-allowed.yml]", f"{CASE}[four-servers.yml]",
        "inventory/test_variables.py::test_one_server_passes_where_it_is_allowed",
        "e2e/test_refusals.py::test_four_servers_pass_where_the_play_allows_it",
    ),
    "iY15": (f"{VALUE}[iY15 ", f"{BAD}::test_an_address_with_a_scope_is_for_links_only"),
    "iY16": (
        "inventory/test_pieces.py::test_a_range_is_its_hosts",
        "inventory/test_pieces.py::test_a_range_that_cannot_be_meant_is_refused",
    ),
    "iY17": (
        f"{CASE}[hosts-list.yml]", f"{CASE}[group-word.yml]",
        "inventory/test_against_ansible.py::", f"{CASE}[hosts-text.yml]",
    ),
    "iY18": (
        "inventory/test_variables.py::test_a_variable_that_refers_to_itself_is_refused",
        "inventory/test_variables.py::test_a_chain_of_a_thousand_is_refused",
        f"{CASE}[undefined.yml]",
    ),
    "iY19": (
        f"{VALUE}[iY19 ", f"{CASE}[plain-password.yml]",
        "inventory/test_variables.py::test_plain_secrets_may_be_allowed_and_are_warned_of",
    ),
    "iY20": (f"{CASE}[include.yml]", f"{OWN}a_template_reads_no_file_from_elsewhere"),
    "iP1": (f"{PLAYBOOK}[iP1 ",),
    "iP2": (f"{PLAYBOOK}[iP2 ",),
    "iP3": (
        "cli/test_saved_plan.py::test_every_changed_byte_is_refused",
        "cli/test_saved_plan.py::test_another_plan_of_the_same_facts_is_stale",
        "cli/test_rows.py::test_a_plan_of_another_version_is_refused",
    ),
    "iP4": (
        "cli/test_saved_plan.py::test_a_saved_plan_is_private_and_comes_back",
        "cli/test_rows.py::test_a_plan_that_others_can_read_is_warned_of",
    ),
    "iP5": ("e2e/test_device_wins.py::test_the_box_is_right_and_not_the_journal",),
    "iP6": (
        "executor/test_journal_and_lock.py::test_a_second_process_is_kept_out_and_told_by_whom",
        "executor/test_journal_and_lock.py::test_a_lock_does_not_outlive_its_process",
        "e2e/test_refusals.py::test_a_second_run_is_kept_out",
    ),
    "iP7": (f"{ARGUMENT}[iP7 ",),
    "iP8": ("cli/test_rows.py::test_no_rollback_without_a_run",),
    "iP9": (
        "lab/test_power.py::test_csr_of_a_live_name_breaks_the_server",
        "contract/test_renewal.py::test_the_old_files_are_kept_and_no_file_is_written_over",
    ),
    "iT1": (f"{PLAYBOOK}[iT1 ",),
    "iT2": (f"{PLAYBOOK}[iT2 ",),
    "iT3": (f"{PLAYBOOK}[iT3 ",),
    "iT4": (f"{PLAYBOOK}[iT4 ",),
    "iT5": (f"{PLAYBOOK}[iT5 ",),
    "iT6": (f"{PLAYBOOK}[iT6 ",),
    "iT7": (
        "inventory/test_variables.py::test_a_secret_that_cannot_be_meant_is_refused",
        "inventory/test_variables.py::test_a_secret_comes_from_the_environment_as_a_secret",
    ),
    "iL1": (f"{ARGUMENT}[iL1 ",),
    "iL2": (f"{ARGUMENT}[iL2 ",),
    "iL3": ("playbook/test_bad_inputs.py::test_a_bad_file_argument_is_refused",),
    "iL4": (f"{ARGUMENT}[iL4 ",),
    "iL5": ("playbook/test_bad_inputs.py::test_a_question_without_a_terminal_is_refused",),
    "iL6": ("e2e/test_environment.py::test_an_output_that_takes_nothing",),
    "iL7": (f"{ARGUMENT}[iL7 ",),
    "iL8": ("cli/test_rows.py::test_help_works_with_a_broken_site",),
    "iL9": ("cli/test_rows.py::test_very_loud_is_as_loud_as_loud",),
    "iL10": (f"{ARGUMENT}[iL10 ", "cli/test_rows.py::test_nothing_is_guessed_from_half_a_word"),
    "iF1": (f"{OWN}a_linked_inventory_is_judged_by_what_it_links_to", f"{OWN}owner_and_mode"),
    "iF2": (
        f"{DOCUMENT}::test_what_is_no_regular_file_is_refused",
        f"{DOCUMENT}::test_a_large_file_is_refused_unread",
        "playbook/test_bad_inputs.py::test_a_bad_file_argument_is_refused",
    ),
    "iF3": (
        "executor/test_journal_and_lock.py::test_a_disk_that_does_not_hold_is_an_error",
        "executor/test_journal_and_lock.py::test_a_line_that_fits_in_part_is_an_error",
        "executor/test_journal_and_lock.py::test_a_folder_that_cannot_be_made_is_said",
        "e2e/test_environment.py::test_a_state_folder_that_cannot_be_is_said",
    ),
    "iF4": (f"{OWN}a_secret_with_a_second_name", f"{OWN}a_secret_where_anybody_may_put_another"),
    "iF5": (
        "vault/test_command.py::test_what_cannot_be_meant_is_refused_and_changes_nothing"
        "[output is a link]",
        "cli/test_saved_plan.py::test_an_existing_file_is_not_overwritten",
    ),
    "iF6": (
        f"{OWN}two_variable_files_that_look_the_same",
        "inventory/test_sources.py::test_two_names_that_look_the_same_are_refused",
    ),
    "iF7": ("vault/test_command.py::test_every_mask_gives_a_private_file_and_a_crash_leaves",),
    "iF8": (ENVELOPE, "vault/test_inventory.py::test_the_label_only_orders_the_attempts"),
    "iF9": (ENVELOPE, "vault/test_inventory.py::test_blanks_around_an_inline_vault_do_not_count"),
    "iF10": ("vault/test_envelope.py::test_every_length_comes_back",),
    "iF11": (
        "vault/test_inventory.py::test_no_message_shows_what_stands_in_a_vault",
        "vault/test_inventory.py::test_a_vault_in_a_vault_is_refused",
    ),
    "iF12": (
        "vault/test_command.py::test_what_cannot_be_meant_is_refused_and_changes_nothing[age]",
        "vault/test_command.py::test_what_cannot_be_meant_is_refused_and_changes_nothing[sops]",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Every test of the files that are named, as pytest collects it."""
    files = {name.partition("::")[0] for tests in ROWS.values() for name in tests}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=PROJECT / "tests", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = [line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line]
    assert len(found) > 300, done.stdout[-2000:] + done.stderr[-2000:]
    return found


def test_every_row_stands_in_the_audit() -> None:
    """All numbers of the sections, and no other."""
    wanted = {f"{section}{n + 1}" for section, last in SECTIONS.items() for n in range(last)}
    assert wanted == ROWS.keys()


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_tests(row: str, names: list[str]) -> None:
    """What is named is there; a test that is renamed has to be renamed here."""
    missing = [one for one in ROWS[row] if not any(name.startswith(one) for name in names)]
    assert missing == []
