"""Which tests decide each row of the table of bad inputs that is about files of certificates, name
servers, SSH and SFTP servers, what boxes reply, the API and the environment. The other rows are in
``tests/playbook/test_rows.py``.

What differs from the table, and why: iA10 gives no finding, because nothing of the API tells one
server of a name from another; the host key and the pin decide who is talked to. iS17 reads no
ssh_config at all, so there is no subset that could agree with ``ssh -G``. iO9 is found at whoever
claims to lead; a cluster without any leader is waited for, and named when the time is up.
"""

from __future__ import annotations

__all__ = ["ROWS", "SECTIONS"]

SECTIONS = {"iC": 18, "iD": 13, "iS": 18, "iO": 17, "iA": 12, "iE": 9}
_ROW = "certificates/test_promises.py::test_e"
_FORMS = "certificates/test_forms.py::test_forms_are_"
_CHAINS = "certificates/test_chains.py::test_"
_ZONE = "dns/test_bind.py::test_a_bad_zone_is_named_and_no_update_is_sent"
_FOUND = "dns/test_rules.py::test_every_mutation_is_found"
_MEANT = "dns/test_rules.py::test_what_cannot_be_meant_is_refused"
_LIES = "dns/test_hostile.py::test_no_wrong_answer_is_believed"
_SSH = "transport/test_ssh_openssh.py::test_"
_SCRIPTED = "transport/test_ssh_scripted.py::test_"
_ODD = "transport/test_odd_servers.py::test_"
_SFTP = "transport/test_sftp.py::test_"
_TALK = "session/test_conversation.py::test_"
_BOX = "session/test_box.py::test_"
_REPLY = "families/test_xmpp_replies.py::test_"
_HTTPS = "transport/test_https.py::test_"
_KEYS = "transport/test_known_hosts.py::test_"
# Row, and beginnings of the names of its tests below tests/.
ROWS: dict[str, tuple[str, ...]] = {
    "iC1": (f"{_ROW}1_",),
    "iC2": (f"{_ROW}8_", "certificates/test_forms.py::test_a_key_beside_certificates_is_refused"),
    "iC3": (f"{_CHAINS}what_is_missing_is_named", f"{_CHAINS}the_impostor_is_told_from_the"),
    "iC4": (f"{_ROW}3_",),
    "iC5": (f"{_ROW}4_", "certificates/test_server_names.py::test_names"),
    "iC6": (f"{_ROW}5_",),
    "iC7": (f"{_ROW}5_", "certificates/test_file_checks.py::test_keys_that_a_box_takes"),
    "iC8": (f"{_ROW}6_",),
    "iC9": (f"{_ROW}7_", f"{_FORMS}read_to_the_same_der"),
    "iC10": (f"{_ROW}7_", f"{_FORMS}read_to_the_same_der"),
    "iC11": (f"{_FORMS}refused_in_words_and_soon", "certificates/test_promises.py::test_der_is"),
    "iC12": (
        f"{_FORMS}refused_in_words_and_soon",
        "certificates/test_forms.py::test_openssl_reads_the_containers_alike",
    ),
    "iC13": (
        f"{_FORMS}read_to_the_same_der",
        "certificates/test_forms.py::test_locked_forms_are_refused_without_the_password",
    ),
    "iC14": (f"{_FORMS}refused_in_words_and_soon",),
    "iC15": (
        f"{_FORMS}refused_in_words_and_soon",
        "certificates/test_file_checks.py::test_keys_that_a_box_takes",
    ),
    "iC16": (
        "e2e/test_certificates.py::test_names_by_content_keep_the_old_files",
        "certificates/test_promises.py::test_names_by_content_tell_contents_apart",
    ),
    "iC17": ("certificates/test_hostile.py::test_control_characters_are_shown_escaped",),
    "iC18": (
        f"{_CHAINS}the_trust_is_all_members_or_the_shared_one",
        "doctor/test_certificates.py::test_a_trust_file_without_the_others_is_found",
    ),
    "iD1": ("dns/test_hostile.py::test_six_kinds_of_no_have_six_messages",),
    "iD2": (f"{_ZONE}[address-missing]", f"{_FOUND}[cb1 elsewhere]"),
    "iD3": (f"{_FOUND}[cb1 port 0]", f"{_FOUND}[cb1 port 5222]"),
    "iD4": (
        f"{_FOUND}[cb1 missing]", f"{_FOUND}[cb1 twice]",
        "dns/test_bind.py::test_records_of_others_stay_unless_somebody_says_so",
    ),
    "iD5": ("dns/test_bind.py::test_a_wildcard_does_not_pass_for_an_address",),
    "iD6": ("dns/test_rules.py::test_a_final_dot_needs_not_be_written", f"{_FOUND}[cb1 dot]"),
    "iD7": (
        f"{_MEANT}[is not base64]", f"{_MEANT}[is too short]",
        f"{_MEANT}[cannot have the algorithm hmac-md5]", f"{_MEANT}[the key needs a name]",
    ),
    "iD8": (
        f"{_ODD}every_refusal_of_an_update_has_its_own_words",
        "dns/test_signatures.py::test_a_key_that_may_not_update_is_told_so",
    ),
    "iD9": (
        f"{_LIES}[cut, whole by TCP]", f"{_LIES}[cut, with a lie, no TCP]",
        "dns/test_hostile.py::test_a_reply_to_an_update_that_is_cut_is_no_success",
    ),
    "iD10": (f"{_LIES}[64 KiB]",),
    "iD11": (
        "dns/test_bind.py::test_two_views_that_differ_are_found",
        "dns/test_bind.py::test_a_dead_server_among_the_living_is_one_finding",
    ),
    "iD12": ("dns/test_bind.py::test_a_remembered_absence_is_told_with_its_time",),
    "iD13": ("dns/test_hostile.py::test_six_kinds_of_no_have_six_messages",),
    "iS1": (
        f"{_SCRIPTED}nobody_listens", f"{_SCRIPTED}servers_that_are_none[closes at once]",
        f"{_SCRIPTED}a_listener_that_never_accepts",
    ),
    "iS2": (
        f"{_ODD}what_comes_before_the_banner[a megabyte]", f"{_ODD}a_greeting_is_not_output",
        f"{_SCRIPTED}servers_that_are_none[drips a banner]",
    ),
    "iS3": (f"{_SCRIPTED}what_is_missing_is_named", f"{_SSH}a_box_with_sha1_only"),
    "iS4": (
        f"{_SSH}an_unknown_key_stops_before", f"{_SSH}a_changed_and_a_revoked_key_stop",
        f"{_SSH}a_key_of_another_type_is_a_changed_key", f"{_KEYS}unknown[certificate authority]",
    ),
    "iS5": (
        f"{_SSH}a_way_that_the_server_does_not_offer_is_named",
        f"{_SSH}a_refused_key_is_tried_once", f"{_SCRIPTED}a_wrong_password_is_tried_once",
    ),
    "iS6": (f"{_ODD}goodbye_at_any_place", f"{_SCRIPTED}servers_that_are_none[says goodbye]"),
    "iS7": (f"{_ODD}new_keys_for_every_kilobyte", "faults/test_waits.py::test_a_stall_ends"),
    "iS8": (
        f"{_ODD}questions_about_life_in_a_flood",
        f"{_SSH}commands_have_both_streams_and_no_terminal",
    ),
    "iS9": (f"{_ODD}a_server_that_lets_in_no_second_one", f"{_SSH}a_connection_that_is_killed"),
    "iS10": (f"{_SFTP}every_refused_write_is_an_error", f"{_SSH}a_full_disk_is_noticed"),
    "iS11": (
        "lab/test_sftp_faults.py::test_stat_may_lie_about_the_size",
        f"{_SFTP}a_file_there_and_back",
    ),
    "iS12": (f"{_ODD}a_target_that_is_no_file",),
    "iS13": (f"{_SFTP}garbled_answers", f"{_SFTP}random_answers"),
    "iS14": (
        "lab/test_power.py::test_uploads_may_be_lost_at_a_reboot",
        "promises/test_faults_at_steps.py::test_a_box_that_restarts_at_a_step",
    ),
    "iS15": (f"{_ODD}an_agent_that_hangs", f"{_SSH}an_agent_that_is_none"),
    "iS16": (f"{_KEYS}known[", f"{_KEYS}lines_found_are_those_that_openssh_finds"),
    "iS17": ("promises/test_process.py::test_no_shell_is_ever_started",),
    "iS18": (
        f"{_SCRIPTED}refused_channels_are_asked_for_again",
        f"{_SCRIPTED}a_box_that_refuses_every_channel",
    ),
    "iO1": (f"{_REPLY}the_list_of_call_bridges_is_read", f"{_REPLY}a_thousand_bridges_are_read"),
    "iO2": (f"{_REPLY}odd_lists_give_the_facts_or_nothing",),
    "iO3": (f"{_TALK}any_output_in_any_pieces", "promises/test_prompts.py::test_an_echo_that_was"),
    "iO4": (
        f"{_TALK}the_prompt_is_learned_literally", f"{_TALK}a_greeting_that_pauses_behind_a_prompt",
        "session/test_opening.py::test_a_prompt_line_in_the_output_of_a_shell",
    ),
    "iO5": (f"{_TALK}spoofed_questions_are_not_answered[with an unexpected yes or no",),
    "iO6": (f"{_BOX}a_refusal_is_text_for_a_read_and_an_error_for_a_deed",),
    "iO7": (f"{_TALK}an_echo_that_differs_stops", f"{_TALK}every_dropped_letter_of_the_echo"),
    "iO8": (f"{_TALK}patience[......", "session/test_reply.py::test_cleaned_text["),
    "iO9": (
        "doctor/test_logs.py::test_two_leaders_and_a_refused_command",
        "families/test_xmpp_refusals.py::test_a_refusal_comes_when_it_should",
    ),
    "iO10": ("executor/test_carry_out.py::test_an_election_that_takes_its_time_is_waited_for",),
    "iO11": (
        "families/test_other_replies.py::test_the_version_is_read",
        "planning/test_compare.py::test_the_version_is_the_first_fact",
    ),
    "iO12": ("session/test_reply.py::test_decoding_never_fails", f"{_TALK}any_output_in_any"),
    "iO13": (
        "session/test_shell_driver.py::test_a_reply_that_never_ends_is_late_and_shows_the_last",
        f"{_SCRIPTED}a_lost_reply_is_never_an_empty_one",
    ),
    "iO14": (
        f"{_REPLY}odd_status_replies_give_the_facts_or_nothing",
        f"{_REPLY}no_text_breaks_a_parser",
        "fuzz/test_readers.py::test_nothing_but_declared_errors[replies",
    ),
    "iO15": (
        "doctor/test_table.py::test_the_first_finding_names_cause_and_box",
        "families/test_xmpp_refusals.py::test_a_refusal_comes_when_it_should",
    ),
    "iO16": ("session/test_reply.py::test_result_lines_judge",),
    "iO17": (f"{_REPLY}a_value_with_words_of_the_grammar_is_text",),
    "iA1": (f"{_BOX}refused_calls", f"{_BOX}a_busy_box_is_asked_again_for_reads_only"),
    "iA2": ("model/test_xml_text.py::test_refused", "model/test_xml_text.py::test_no_payload"),
    "iA3": (f"{_HTTPS}slow_answers_end_at_the_deadline", f"{_HTTPS}broken_answers_leave_an"),
    "iA4": (
        f"{_HTTPS}certificates_that_are_not_accepted", f"{_HTTPS}an_unknown_authority_and_a_wrong",
        f"{_ODD}a_web_admin_of_the_last_decade",
    ),
    "iA5": (f"{_ODD}headers_that_want_to_be_remembered",),
    "iA6": (f"{_ODD}no_identity_of_the_api_enters_an_address",),
    "iA7": ("e2e/test_verify.py::test_a_lost_reply_makes_nothing_twice",),
    "iA8": (
        f"{_BOX}a_secret_in_an_error_page_is_masked",
        "promises/test_failing_runs.py::test_a_box_that_talks_shows_nothing_through_us",
    ),
    "iA9": ("session/test_opening.py::test_the_web_admin_is_reached_by_its_own_address",),
    "iA10": ("e2e/test_verify.py::test_a_web_admin_that_is_not_the_one",),
    "iA11": ("promises/test_saved_plans.py::test_a_plan_that_moved_is_refused",),
    "iA12": (f"{_BOX}refused_calls[403", f"{_BOX}a_missing_object_is_an_answer_to_a_read"),
    "iE1": ("promises/test_the_rest.py::test_the_environment_changes_no_byte",),
    "iE2": (
        f"{_HTTPS}nothing_of_the_environment_counts",
        "promises/test_the_rest.py::test_a_redirect_takes_nothing_elsewhere",
    ),
    "iE3": ("cli/test_rows.py::test_the_environment_changes_no_byte_of_a_plan",),
    "iE4": (
        "promises/test_bad_inputs.py::test_homes_that_are_none",
        "e2e/test_environment.py::test_a_state_folder_that_cannot_be_is_said",
    ),
    "iE5": (f"{_SSH}the_agent_is_asked_only_when_allowed",),
    "iE6": ("e2e/test_environment.py::test_what_a_run_leaves_is_private_under_any_umask",),
    "iE7": ("promises/test_identity.py::test_a_name_that_leads_elsewhere",),
    "iE8": ("cli/test_rows.py::test_the_environment_changes_no_byte_of_a_plan",),
    "iE9": ("promises/test_bad_inputs.py::test_homes_that_are_none[none at all]",),
}  # fmt: skip
