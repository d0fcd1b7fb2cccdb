"""Thirty-six mistakes that somebody could make in the product, each with the test that must fail.

A leak shows a secret, a hole lets text of others act, a crash bug tells or does something wrong
after a cut. ``before`` stands exactly once in its file: where the code moves, the row moves too.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFECTS", "Defect"]


@dataclass(frozen=True)
class Defect:
    """``place`` is below the package, ``test`` below ``tests``; ``kind`` is leak, hole or crash."""

    kind: str
    name: str
    place: str
    before: str
    after: str
    test: str


DEFECTS = (
    Defect("leak", "a secret shows itself to debuggers", "model/secret.py",
           "return \"Secret(…)\"",
           "return f\"Secret({self.__content!r})\"",
           "model/test_secret.py::test_what_debuggers_show_is_a_fixed_text"),
    Defect("leak", "a secret can be formatted", "model/secret.py",
           "raise TypeError(\"a secret cannot be formatted; show its name\")",
           "return self.__content.decode()",
           "model/test_secret.py::test_a_conversion_is_a_crash_that_shows_nothing"),
    Defect("leak", "a secret can be pickled", "model/secret.py",
           "raise TypeError(\"a secret cannot be pickled or copied out of this process\")",
           "return (bytes, (self.__content,))",
           "model/test_secret.py::test_a_conversion_is_a_crash_that_shows_nothing"),
    Defect("leak", "a secret has a text", "model/secret.py",
           "raise TypeError(\"a secret has no text; reveal() it at the wire or show"
           " its name\")",
           "return self.__content.decode()",
           "model/test_secret.py::test_a_conversion_is_a_crash_that_shows_nothing"),
    Defect("leak", "base64 is looked for at one place only", "session/redaction.py",
           "encoder(b\"\\0\" * offset + content)",
           "encoder(content)",
           "session/test_redaction.py::test_no_spelling_shows_the_secret"),
    Defect("leak", "upper case hexadecimal is not looked for", "session/redaction.py",
           "content.hex().upper(), ",
           "",
           "session/test_redaction.py::test_no_spelling_shows_the_secret"),
    Defect("leak", "escaped before it is masked", "session/redaction.py",
           "printable(self.redact(text), limit)",
           "self.redact(printable(text, limit))",
           "session/test_redaction.py::test_a_cut_leaves_no_half_of_a_secret"),
    Defect("leak", "fields that look secret are shown", "session/redaction.py",
           "text = _FIELD.sub(rf\"\\g<label>{MASK}\", self.hidden(text))",
           "text = self.hidden(text)",
           "session/test_redaction.py::test_fields_that_look_secret_are_masked"),
    Defect("leak", "the lines of a key are not looked for", "session/redaction.py",
           "if len(line) >= 16 and not line.startswith(\"-----\"):",
           "if False:",
           "session/test_redaction.py::test_a_line_of_a_key_alone_is_masked"),
    Defect("leak", "a secret that comes back goes on", "session/conversation.py",
           "return self._stop(Why.EXPOSED)",
           "return ()",
           "session/test_conversation.py::test_a_secret_that_comes_back_stops"),
    Defect("leak", "others may read the journal", "executor/journal.py",
           "flags | os.O_CLOEXEC, 0o600)",
           "flags | os.O_CLOEXEC, 0o644)",
           "executor/test_journal_and_lock.py::test_a_journal_is_born_private"),
    Defect("leak", "a program of others sees the passwords", "inventory/programs.py",
           "if not _KEPT_BACK.fullmatch(name)",
           "if name",
           "promises/test_process.py::test_what_a_program_of_others_gets_to_see"),
    Defect("hole", "a semicolon is a part of a word", "model/action.py",
           "[A-Za-z0-9._:/@+,=%~^#-]+\"",
           "[A-Za-z0-9._:/@+,=%~^#;-]+\"",
           "model/test_action.py::test_what_is_no_word_is_refused"),
    Defect("hole", "only the beginning of a word is looked at", "model/action.py",
           "_WORD.fullmatch(word)",
           "_WORD.match(word)",
           "model/test_action.py::test_control_characters_are_refused_wherever_they_stand"),
    Defect("hole", "a name of a file leads to a folder", "model/file_name.py",
           "r\"[A-Za-z0-9_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*\"",
           "r\"[A-Za-z0-9_./-]+\"",
           "model/test_action.py::test_names_that_no_box_takes_are_refused"),
    Defect("hole", "a question is answered twice", "session/conversation.py",
           "if question is None or not self._is_secret_owed:",
           "if question is None:",
           "session/test_conversation.py::test_a_question_is_not_answered_twice"),
    Defect("hole", "what comes between is passed over", "session/conversation.py",
           "return self._stop(Why.STRAY)",
           "return ()",
           "session/test_conversation.py::test_something_between_two_commands_stops"),
    Defect("hole", "a confirmation is given again", "session/conversation.py",
           "self._confirmations.remove(confirmation)",
           "pass",
           "session/test_conversation.py::test_a_confirmation_is_given_once"),
    Defect("hole", "a changed echo is taken", "session/conversation.py",
           "return self._stop(Why.ECHO)",
           "return ()",
           "session/test_conversation.py::test_an_echo_that_differs_stops"),
    Defect("hole", "marks of direction reach the screen", "errors.py",
           "if unicodedata.category(character) not in _UNPRINTABLE_CATEGORIES:",
           "if unicodedata.category(character) != \"Cc\":",
           "model/test_words_and_errors.py::test_text_of_others_is_escaped"),
    Defect("hole", "a revoked key is known", "transport/known_hosts.py",
           "    if revoked:\n",
           "    if False:\n",
           "transport/test_known_hosts.py::test_revoked_outweighs_known"),
    Defect("hole", "another port is the same server", "transport/known_hosts.py",
           "return host if port == _DEFAULT_PORT else f\"[{host}]:{port}\"",
           "return host",
           "transport/test_known_hosts.py::test_ports_are_other_servers"),
    Defect("hole", "a negation is passed over", "transport/known_hosts.py",
           "            if is_negated:\n"
           "                return False\n"
           "            is_found = True",
           "            is_found = True",
           "transport/test_known_hosts.py::test_unknown"),
    Defect("hole", "a vault is opened without its sum", "inventory/vault.py",
           "if not compare_digest(digest(mac_key, envelope.ciphertext, \"sha256\"), envelope.mac):",
           "if False:",
           "vault/test_envelope.py::test_a_flipped_bit_in_any_character_gives_the_original_or_a_failure"),
    Defect("crash", "the disk is not asked to hold a change", "executor/journal.py",
           "EventKind.STEP_INTENDED, ",
           "",
           "executor/test_journal_and_lock.py::test_the_disk_is_asked_to_hold_what_announces_a_change"),
    Defect("crash", "a line that fits in part is whole", "executor/journal.py",
           "if os.write(self._descriptor, line) < len(line):",
           "if os.write(self._descriptor, line) < 0:",
           "executor/test_journal_and_lock.py::test_a_line_that_fits_in_part_is_an_error"),
    Defect("crash", "a flipped bit of a journal counts", "executor/journal_reading.py",
           "if line_sum(before, body) != found[\"sum\"].decode():",
           "if False:",
           "executor/test_journal_reading.py::test_every_flipped_bit_is_noticed"),
    Defect("crash", "a torn line counts", "executor/journal_reading.py",
           "record = None if is_last else _record(line, before)",
           "record = _record(line, before)",
           "executor/test_journal_reading.py::test_a_journal_that_is_cut_at_any_byte"),
    Defect("crash", "two runs hold a lock", "executor/lock.py",
           "fcntl.LOCK_EX | fcntl.LOCK_NB",
           "fcntl.LOCK_SH | fcntl.LOCK_NB",
           "executor/test_journal_and_lock.py::test_a_second_process_is_kept_out_and_told_by_whom"),
    Defect("crash", "a line is put behind a torn one", "transport/known_hosts.py",
           "(b\"\\n\" if is_torn else b\"\")",
           "b\"\"",
           "transport/test_known_hosts.py::test_appending"),
    Defect("crash", "the end of a shell is passed over", "session/conversation.py",
           "return () if self._phase is _Phase.STOPPED else self._stop(Why.ENDED)",
           "return ()",
           "session/test_conversation.py::test_the_end_of_the_shell_stops_once"),
    Defect("crash", "a lost reply counts as done", "executor/carry_out.py",
           "if not self._took_effect(box, step):\n                    raise\n",
           "if False:\n                    raise\n",
           "executor/test_carry_out.py::test_a_lost_reply_without_effect_stops_and_is_never_sent_again"),
    Defect("crash", "a step is announced after it is sent", "executor/carry_out.py",
           "        self._tell(EventKind.STEP_INTENDED, step, step.action.line)\n"
           "        try:\n"
           "            said = self._send(box, step)\n",
           "        try:\n"
           "            said = self._send(box, step)\n"
           "            self._tell(EventKind.STEP_INTENDED, step, step.action.line)\n",
           "executor/test_carry_out.py::test_a_step_is_announced_before_it_is_sent"),
    Defect("crash", "a cluster goes on after a failure", "executor/apply.py",
           "                self._broken.add(step.cluster)\n",
           "",
           "executor/test_walk.py::test_a_failure_stops_its_own_cluster_and_no_other"),
    Defect("crash", "a full disk stops nothing", "executor/apply.py",
           "            elif isinstance(error, CmsdeployError):\n"
           "                self.stop.set()\n",
           "",
           "executor/test_walk.py::test_a_disk_that_is_full_stops_before_the_next_change"),
    Defect("crash", "any command may fail", "executor/carry_out.py",
           "elif isinstance(error, DeviceError) and getattr(action, \"may_fail\", False):",
           "elif isinstance(error, DeviceError):",
           "executor/test_carry_out.py::test_only_a_command_that_may_fail_may_fail"),
)  # fmt: skip
