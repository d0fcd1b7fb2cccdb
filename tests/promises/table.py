"""Which tests decide each row of the promises, and what is not decided yet.

``asked`` is the number that the row asks for. ``lacking`` is empty where the tests below are the
whole of it; else it says in words what they leave open. A row without a test makes
``test_table.py`` fail, and so does a test that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ROWS", "Row"]


@dataclass(frozen=True)
class Row:
    """One fault or attack. ``tests`` are ``folder/file::function`` below ``tests``."""

    name: str
    fault: str
    asked: str
    tests: tuple[str, ...]
    lacking: str = ""


def _row(name: str, fault: str, asked: str, *tests: str, lacking: str = "") -> Row:
    return Row(name, fault, asked, tests, lacking)


_SECRETS = (
    _row("A1", "a secret on the normal path", "0 hits",
         "promises/test_no_secret::test_no_surface_shows_a_canary",
         "e2e/test_main_job::test_no_secret_is_seen_anywhere",
         "dns/test_signatures::test_the_key_is_in_no_exception_and_in_no_log"),
    _row("A2", "a secret on a failing path", "0 hits in 4K+1 runs",
         "promises/test_failing_runs::test_no_failure_shows_a_canary"),
    _row("A3", "libraries that log", "0 hits",
         "promises/test_no_secret::test_loud_libraries_show_no_canary"),
    _row("A4", "arguments and environments of processes", "0 hits; 0 options",
         "promises/test_process::test_no_process_shows_a_canary",
         "promises/test_process::test_what_a_program_of_others_gets_to_see",
         "promises/test_process::test_no_option_takes_a_secret"),
    _row("A5", "temporary files, modes, kills", "100 % born 0600; 0 hits",
         "promises/test_process::test_files_are_born_private",
         "promises/test_process::test_a_kill_leaves_no_canary_on_the_disk",
         lacking="kills at openat only, not at each call of the system"),
    _row("A6", "exceptions, locals, pickles, core files", "14 of 14; 0 core files",
         "model/test_secret::test_a_conversion_is_a_crash_that_shows_nothing",
         "promises/test_process::test_an_abort_leaves_no_core",
         "promises/test_process::test_the_start_of_the_process_does_it",
         "promises/test_the_rest::test_a_crash_report_holds_no_secret",
         lacking="a debugger that prints locals sees what was just revealed"),
    _row("A7", "secrets of any length", "0 hits",
         "promises/test_failing_runs::test_secrets_of_any_length",
         "inventory/test_variables::test_a_short_password_is_accepted_by_name_only"),
    _row("A8", "a box that shows a secret", "0 hits in 12 places",
         "promises/test_failing_runs::test_a_box_that_talks_shows_nothing_through_us"),
    _row("A9", "the secret of another node", "6 of 6",
         "contract/test_laws::test_swapped_secrets_are_put_right_wherever_the_repair_is_cut"),
    _row("A10", "a secret before its question, or echoed", "0 bytes; 100 % noticed",
         "promises/test_prompts::test_no_byte_goes_before_the_question"),
    _row("A11", "a digest of a secret", "0",
         "promises/test_no_secret::test_no_surface_shows_a_canary",
         "contract/test_no_secret::test_a_saved_plan_of_a_live_cluster_shows_no_secret"),
    _row("A12", "passwords of vaults", "6 of 6",
         "vault/test_passwords::test_a_password_is_what_stands_in_its_file",
         "vault/test_passwords::test_a_password_that_cannot_be_meant_is_refused"),
    _row("A13", "generated secrets", "0 equal of 10,000",
         "promises/test_the_rest::test_no_secret_of_boxes_is_made_by_us"),
    _row("A14", "a vault that was altered", "0 wrong; 1,000 of 1,000",
         "vault/test_envelope::test_a_flipped_bit_in_any_character_gives_the_original_or_a_failure",
         "vault/test_envelope::test_every_flipped_bit_gives_the_original_or_a_failure",
         "vault/test_envelope::test_random_vaults_both_ways",
         "vault/test_envelope::test_many_more_random_vaults_both_ways"),
    _row("A15", "recorded prompts", "0 hits, no hang",
         "promises/test_process::test_prompts_are_on_the_terminal_alone",
         "promises/test_process::test_without_a_terminal_nobody_waits",
         "playbook/test_terminal::test_what_is_private_is_asked_on_the_terminal_that_is_ours"),
    _row("A16", "a secret in the box's own log", "0",
         "promises/test_no_secret::test_no_surface_shows_a_canary",
         "contract/test_no_secret::test_what_is_typed_is_in_no_log_of_a_box",
         "promises/test_prompts::test_a_secret_never_becomes_a_command"),
)  # fmt: skip

_INJECTION = (
    _row("B1", "a value that breaks out of its line", "0 lines",
         "promises/test_injection::test_no_value_breaks_out_of_its_word",
         "promises/test_injection::test_any_text_is_one_word_or_none",
         "promises/test_injection::test_ten_thousand_texts_are_words_or_none",
         lacking="file and line of the refusal are held by the tests of the inventory"),
    _row("B2", "text of a box as a template", "N of N literal",
         "promises/test_injection::test_text_of_a_box_is_never_a_template",
         "template/test_template::test_verbatim_text_is_never_a_template"),
    _row("B3", "facts that change a connection", "1,000 of 1,000",
         "promises/test_injection::test_what_a_box_says_changes_no_connection"),
    _row("B4", "control characters", "0 raw bytes",
         "promises/test_injection::test_no_control_character_reaches_a_screen",
         "model/test_words_and_errors::test_what_is_printable_is_one_line",
         "certificates/test_hostile::test_control_characters_are_shown_escaped"),
    _row("B5", "forged lines of a log", "always one line",
         "promises/test_injection::test_one_event_is_one_line"),
    _row("B6", "spoofed prompts", "0 of 20",
         "promises/test_prompts::test_spoofed_questions_get_no_answer"),
    _row("B7", "an echo that differs", "0 executed wrongly",
         "promises/test_prompts::test_an_echo_that_was_changed_stops"),
    _row("B8", "names of files that lead elsewhere", "0 outside",
         "promises/test_injection::test_no_name_of_a_file_leads_elsewhere"),
    _row("B9", "injection into reports", "0 elements",
         "report/test_junit::test_hostile_text_adds_nothing",
         "report/test_runbook::test_code_is_closed_by_its_own_fence_only",
         "report/test_html_chromium::*",
         lacking="held by the tests of the reports; there is no CSV"),
    _row("B10", "code of a stranger's folder", "0 markers",
         "promises/test_process::test_nothing_in_a_folder_of_others_is_run",
         lacking="PYTHONPATH is the interpreter's, before us"),
    _row("B11", "a shell by host or user", "0 shells",
         "promises/test_process::test_no_shell_is_ever_started",
         "promises/test_process::test_no_shell_stands_in_the_product"),
    _row("B12", "a secret as a command", "0 of 36",
         "promises/test_prompts::test_a_secret_never_becomes_a_command"),
)  # fmt: skip

_IDENTITY = (
    _row("C1", "an unknown key", "0 login packets",
         "promises/test_identity::test_an_unknown_key_of_any_type_ends_it"),
    _row("C2", "a changed key or type", "12 of 12",
         "promises/test_identity::test_another_type_than_the_known_one_is_refused"),
    _row("C3", "known_hosts as OpenSSH reads it", "0 looser",
         "promises/test_known_hosts_verdicts::test_no_file_makes_us_looser_than_ssh",
         "promises/test_known_hosts_verdicts::test_no_line_counts_that_openssh_does_not_find",
         "transport/test_known_hosts::test_lines_found_are_those_that_openssh_finds"),
    _row("C4", "an option that does nothing", "S of S",
         "promises/test_the_rest::test_every_option_of_security_has_a_test_that_refuses",
         lacking="the code of some options was removed by hand, not of all by a machine"),
    _row("C5", "Terrapin", "5 of 5",
         "promises/test_identity::test_combinations_open_to_terrapin"),
    _row("C6", "certificates of the API", "0 of 10",
         "transport/test_https::test_certificates_that_are_not_accepted",
         "transport/test_https::test_certificates_that_openssl_would_not_make",
         "transport/test_https::test_an_unknown_authority_and_a_wrong_pin"),
    _row("C7", "redirects and proxies", "0 requests",
         "promises/test_the_rest::test_a_redirect_takes_nothing_elsewhere",
         "transport/test_https::test_nothing_of_the_environment_counts"),
    _row("C8", "a name that leads elsewhere", "refused",
         "promises/test_identity::test_a_name_that_leads_elsewhere"),
    _row("C9", "an agent with many keys", "first try; 0 requests",
         "promises/test_identity::test_one_identity_is_tried"),
)  # fmt: skip

_FAULTS = (
    _row("D1", "killed at any step", "3K of 3K",
         "e2e/test_kill::test_killed_after_a_step_and_applied_again",
         "e2e/test_kill::test_killed_before_or_after_a_step",
         "e2e/test_certificates::test_killed_at_every_step",
         "promises/test_killed_anywhere::test_killed_before_during_and_after",
         "contract/test_laws::test_a_first_deployment_that_is_cut_anywhere_goes_on"),
    _row("D2", "cut at any byte", "N of N",
         "faults/test_byte_campaign::test_some_bytes_of_each_way",
         "faults/test_byte_campaign::test_many_bytes_of_each_way",
         "faults/test_waits::test_a_cut_says_what_is_known",
         lacking="each byte of a login and four acts; of a whole deployment a sample, because each "
         "of its 87,000 bytes would take three days"),
    _row("D3", "silence", "K of K",
         "faults/test_waits::test_a_stall_ends_at_the_deadline",
         "transport/test_ssh_scripted::test_servers_that_are_none"),
    _row("D4", "slow or endless", "deadline + 1 s",
         "faults/test_waits::test_slow_peers",
         "transport/test_ssh_openssh::test_an_endless_reply_is_cut",
         "transport/test_https::test_slow_answers_end_at_the_deadline",
         "promises/test_memory::test_no_stream_fills_the_memory"),
    _row("D5", "a box that restarts", "2K of 2K",
         "promises/test_faults_at_steps::test_a_box_that_restarts_at_a_step"),
    _row("D6", "a box that lies", "100 %",
         "promises/test_faults_at_steps::test_a_box_that_says_yes_and_does_nothing"),
    _row("D7", "members that are stopped", "at most 1",
         "report/test_left::test_who_is_left_stopped_is_named",
         "promises/test_killed_anywhere::test_killed_before_during_and_after",
         "families/test_xmpp_orders::test_a_cluster_keeps_its_majority_while_certificates_change",
         "contract/test_renewal_campaign::*"),
    _row("D8", "duplicate peers", "0",
         "contract/test_random_starts::test_three_servers_in_any_state",
         "contract/test_random_starts::test_many_more_states",
         "families/test_xmpp_orders::test_no_plan_resets_a_server"),
    _row("D9", "two runs at once", "100 of 100",
         "promises/test_faults_at_steps::test_one_of_eight_wins",
         "executor/test_two_believers::test_never_do_two_believe",
         "executor/test_unlocking::test_nothing_further_is_sent_and_the_journal_says_why",
         "e2e/test_force_unlock::test_a_run_that_hangs_is_forced_out",
         "e2e/test_refusals::test_a_second_run_is_kept_out"),
    _row("D10", "a box that moves after the plan", "P of P",
         "promises/test_saved_plans::test_a_plan_that_moved_is_refused",
         "promises/test_saved_plans::test_signed_by_the_tool_and_by_hand",
         "cli/test_saved_plan::test_every_changed_byte_is_refused"),
    _row("D11", "a dry run that changes", "0; 100 %",
         "contract/test_laws::test_looking_only_reads",
         "contract/test_laws::test_what_is_printed_is_what_is_sent",
         "e2e/test_main_job::test_a_plan_sends_only_reads",
         "promises/test_generated_sites::test_dry_then_carried_out_then_nothing"),
    _row("D12", "a second apply that changes", "1,000 of 1,000",
         "contract/test_laws::test_the_second_plan_is_empty_and_nothing_is_wrong",
         "contract/test_random_starts::test_many_more_states",
         "promises/test_generated_sites::test_dry_then_carried_out_then_nothing"),
    _row("D13", "a disk that is full", "0 changes without a line",
         "promises/test_faults_at_steps::test_no_change_without_its_line",
         "executor/test_journal_and_lock::test_a_disk_that_does_not_hold_is_an_error"),
    _row("D14", "a torn journal", "100 %",
         "executor/test_journal_reading::test_a_journal_that_is_cut_at_any_byte",
         "executor/test_journal_reading::test_every_flipped_bit_is_noticed"),
)  # fmt: skip

_OTHERS = (
    _row("H8", "a suite that cannot fail", "36 of 36",
         "teeth/test_teeth::test_a_planted_defect_is_caught"),
    _row("H9", "a library that changes", "16 tests, oldest and newest",
         "transport/test_libraries::*"),
    _row("H10", "a version without XMPP, or none", "7 of 7",
         "planning/test_compare::test_the_version_is_the_first_fact",
         "planning/test_compare::test_a_version_that_is_not_understood_has_to_be_allowed",
         "families/test_other_replies::test_the_version_is_read"),
)  # fmt: skip

_READERS = (
    _row("fuzz", "an altered input to any reader", "1,000,000: declared errors only",
         "fuzz/test_readers::test_nothing_but_declared_errors",
         "fuzz/test_readers::test_no_input_takes_more_than_its_length",
         "fuzz/test_found::*",
         lacking="altered by a mutator with seeds, not led by coverage"),
)  # fmt: skip

ROWS = (*_SECRETS, *_INJECTION, *_IDENTITY, *_FAULTS, *_OTHERS, *_READERS)
