import pytest
from clavis_signing import custody
from clavis_signing.custody import SealedKey, Stretching
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

CHEAP = Stretching(memory_kib=1024, time_cost=1, parallelism=1)
PEPPER = b"p" * 32
CREDENTIAL = "6b0f4f5e-6d5c-4a6a-9f0e-0d8a1c2b3d4e"


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return custody.generate_key()


@pytest.fixture
def sealed(key: ec.EllipticCurvePrivateKey) -> SealedKey:
    return custody.seal(
        key, password="contraseña", pepper=PEPPER, credential_id=CREDENTIAL, stretching=CHEAP
    )


def attempt(
    sealed: SealedKey, key: ec.EllipticCurvePrivateKey, **changes: object
) -> ec.EllipticCurvePrivateKey | None:
    given = {
        "password": "contraseña",
        "pepper": PEPPER,
        "credential_id": CREDENTIAL,
        "spki": custody.spki_of(key),
    }
    return custody.open_sealed(sealed, **{**given, **changes})  # type: ignore[arg-type]


def test_the_password_opens_the_key(key: ec.EllipticCurvePrivateKey, sealed: SealedKey) -> None:
    opened = attempt(sealed, key)
    assert opened is not None
    proof = opened.sign(b"data", ec.ECDSA(hashes.SHA256()))
    key.public_key().verify(proof, b"data", ec.ECDSA(hashes.SHA256()))


def test_the_password_opens_it_however_the_keyboard_spells_accents(
    key: ec.EllipticCurvePrivateKey, sealed: SealedKey
) -> None:
    assert attempt(sealed, key, password="contrasen\u0303a") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "otra"},
        {"password": ""},
        {"pepper": b"q" * 32},
        {"credential_id": CREDENTIAL.replace("6", "7")},
        {"spki": custody.spki_of(custody.generate_key())},
    ],
    ids=["wrong password", "no password", "no pepper", "moved to another row", "other public key"],
)
def test_nothing_less_opens_it(
    key: ec.EllipticCurvePrivateKey, sealed: SealedKey, changes: dict[str, object]
) -> None:
    assert attempt(sealed, key, **changes) is None


def test_every_altered_byte_is_noticed(key: ec.EllipticCurvePrivateKey, sealed: SealedKey) -> None:
    for position in range(0, len(sealed.ciphertext), 17):
        altered = bytearray(sealed.ciphertext)
        altered[position] ^= 1
        assert attempt(
            SealedKey(sealed.salt, sealed.nonce, bytes(altered), CHEAP), key
        ) is None  # fmt: skip


def test_the_same_key_is_never_sealed_the_same_way(key: ec.EllipticCurvePrivateKey) -> None:
    again = [
        custody.seal(
            key, password="x", pepper=PEPPER, credential_id=CREDENTIAL, stretching=CHEAP
        ).ciphertext
        for _ in range(2)
    ]
    assert again[0] != again[1]
