"""Every form is read to the same DER, or refused in words; what is uploaded is clean."""

from __future__ import annotations

import re
import time

import pytest

from cmsdeploy.certificates.describe import describe
from cmsdeploy.certificates.reading import read
from cmsdeploy.errors import InputError
from cmsdeploy.model.local_file import FileKind
from cmsdeploy.model.secret import Secret
from tests.certificates.forms import EC, PASSWORD, RSA, Form
from tests.certificates.material import der, key_of, key_pem, pem, tree
from tests.certificates.openssl import made, same_der

CLEAN = re.compile(
    rb"(-----BEGIN (?P<label>[A-Z ]+)-----\n([A-Za-z0-9+/=]{64}\n)*[A-Za-z0-9+/=]{1,64}\n"
    rb"-----END [A-Z ]+-----\n)+"
)


def _word(form: Form) -> Secret | None:
    return Secret(PASSWORD) if form.is_locked else None


def test_there_are_enough_forms(every: list[Form]) -> None:
    """At least 34, each name once."""
    assert len({form.name for form in every}) == len(every) >= 34


def test_forms_are_read_to_the_same_der(every: list[Form]) -> None:
    """Certificates come out as they are inside, whatever is around them; keys as their own."""
    for form in every:
        if form.refused:
            continue
        found = read(form.name, form.content, _word(form))
        assert sorted(one.der for one in found.certificates) == sorted(form.holds), form.name
        assert (found.key is not None) == bool(form.key), form.name


def test_forms_are_refused_in_words_and_soon(every: list[Form]) -> None:
    """One cause with the name of the file, one next action, within five seconds."""
    for form in every:
        if not form.refused:
            continue
        started = time.process_time()
        with pytest.raises(InputError) as caught:
            read(form.name, form.content, _word(form))
        assert form.refused in caught.value.cause, form.name
        assert form.name in caught.value.cause
        assert caught.value.action
        assert time.process_time() - started < 5, form.name


def test_what_is_uploaded_is_clean_and_the_same(every: list[Form]) -> None:
    """LF, 64 columns, one final newline; openssl reads the same certificate or key in it."""
    for form in every:
        if form.refused or (form.holds and form.key):
            continue
        file = describe("box.pem", form.name, form.content, _word(form))
        if form.holds:
            assert file.kind is FileKind.CERTIFICATES
            assert isinstance(file.content, bytes)
            content = file.content
            assert same_der("x509", content) in form.holds
        else:
            assert isinstance(file.content, Secret)
            content = file.content.reveal()
            assert same_der("pkey", content) == same_der("pkey", key_pem(form.key)), form.name
            assert file.identity == f"key:{file.public_keys[0]}"
        assert CLEAN.fullmatch(content), form.name


def test_locked_forms_are_refused_without_the_password(every: list[Form]) -> None:
    """Without a password the remedy is named; with a wrong one the file is said not to open."""
    for form in every:
        if not form.is_locked or form.refused:
            continue
        with pytest.raises(InputError, match="protected by a pass"):
            read(form.name, form.content)
        with pytest.raises(InputError, match="cannot be opened"):
            read(form.name, form.content, Secret("wrong"))


def test_a_clean_file_stays_byte_for_byte() -> None:
    """Clean PEM is not written anew, so its digest is that of the file."""
    for content in (pem(tree().leaf), pem(tree().leaf, tree().root)):
        assert describe("a.cer", "a.cer", content).content == content
    for name in (RSA, EC):
        assert describe("a.key", "a.key", key_pem(name)).content == Secret(key_pem(name))


def test_another_form_of_the_same_file_is_the_same_file() -> None:
    """The identity is of what is uploaded, not of what was brought."""
    clean = pem(tree().leaf)
    brought = (clean, clean.replace(b"\n", b"\r\n"), der(tree().leaf), b"\xef\xbb\xbf" + clean)
    assert len({describe("a.cer", "a.cer", one).identity for one in brought}) == 1


@pytest.mark.parametrize(
    "name", ["p256-leaf", "p384-leaf", "rsa2048-leaf", "ed25519-leaf", "p521-leaf", "dsa-leaf"]
)
def test_the_key_of_a_certificate_is_known(name: str) -> None:
    """The digest of a key and of its certificate are equal for six kinds, others are not."""
    file = describe("a.key", "a.key", key_pem(name))
    public = made("pkey", "-pubout", "-outform", "DER", content=key_pem(name))
    assert file.public_keys == (_digest(public),)
    assert file.public_keys != describe("b.key", "b.key", key_pem("p256-other")).public_keys
    assert key_of(name) is key_of(name)


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("place", ["before", "between", "after"])
@pytest.mark.parametrize("label", ["PRIVATE", "RSA PRIVATE", "EC PRIVATE", "ENCRYPTED PRIVATE"])
def test_a_key_beside_certificates_is_refused(place: str, label: str) -> None:
    """Wherever the key stands and whatever it is called, nothing is described."""
    keys = {
        "PRIVATE": key_pem(RSA),
        "RSA PRIVATE": made("rsa", "-traditional", content=key_pem(RSA)),
        "EC PRIVATE": made("ec", content=key_pem(EC)),
        "ENCRYPTED PRIVATE": key_pem(RSA, password=PASSWORD),
    }
    assert f"BEGIN {label} KEY".encode() in keys[label]
    leaf, root, key = pem(tree().leaf), pem(tree().root), keys[label]
    order = {"before": (key, leaf, root), "between": (leaf, key, root), "after": (leaf, root, key)}
    with pytest.raises(InputError) as caught:
        describe(
            "bundle.cer",
            "bundle.cer",
            b"".join(order[place]),
            Secret(PASSWORD) if "ENC" in label else None,
        )
    assert "private key and certificates in one file" in caught.value.cause


def test_no_message_quotes_a_key(every: list[Form]) -> None:
    """Not one line of base64 gets into a message."""
    said = [(form.name, _said(form.name, form.content)) for form in every]
    assert [name for name, text in said if re.search(r"[A-Za-z0-9+/]{40}", text)] == []


def _said(name: str, content: bytes) -> str:
    """The message, or nothing where the file is taken."""
    try:
        describe("x.key", name, content)
    except InputError as error:
        return str(error)
    return ""


def test_openssl_reads_the_containers_alike(
    every: list[Form], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """PKCS#7 and PKCS#12: the same number of certificates as openssl prints."""
    folder = tmp_path_factory.mktemp("containers")
    word = ("-passin", f"pass:{PASSWORD.decode()}")
    for form in every:
        if not form.name.startswith(("p7b in", "p12")) or form.refused:
            continue
        file = folder / "file"
        file.write_bytes(form.content)
        if form.name.startswith("p7b"):
            kind = "PEM" if b"BEGIN" in form.content else "DER"
            said = made("pkcs7", "-print_certs", "-inform", kind, "-in", str(file))
        else:
            words = word if form.is_locked else ("-passin", "pass:")
            said = made("pkcs12", "-in", str(file), "-nokeys", "-legacy", *words)
        assert said.count(b"BEGIN CERTIFICATE") == len(form.holds), form.name
        assert len(read(form.name, form.content, _word(form)).certificates) == len(form.holds)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\xff\xfe", b"0", b"-----BEGIN\n", b"\0"])
def test_other_files_are_left_alone(content: bytes) -> None:
    """A text that is nothing of ours is carried as it is."""
    file = describe("a.txt", "a.txt", content)
    assert (file.kind, file.content) == (FileKind.OTHER, content)
