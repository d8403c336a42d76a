"""What WebAuthn asks of an authenticator and what it answers, in our terms.

W3C Web Authentication Level 3 sections 7.1 and 7.2 are carried out by py_webauthn, except for the
count of signatures, the backup flags and the user handle: these are judged on the stored row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    encode_cbor,
    options_to_json_dict,
    parse_attestation_object,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedRSAPublicKey
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clavis_permanent.rules.passkeys import RSA_BITS

# RFC 9053 sections 2.1 and 2.2, RFC 8812 section 2: what authenticators and Windows Hello have.
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# The library trusts roots of its own for the other formats; only these hang on the operator's.
_VOUCHED_FORMATS = (AttestationFormat.PACKED, AttestationFormat.TPM, AttestationFormat.FIDO_U2F)
# Whatever is wrong with bytes that anybody may send, the answer is that they are.
_UNREADABLE = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A credential that an authenticator need not create again."""

    credential_id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a browser sends of a new credential, decoded from base64url."""

    credential_id: bytes
    client_data: bytes
    attestation_object: bytes


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that was proved to exist and to belong to a verified user."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    backup_eligible: bool
    backed_up: bool
    attested: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a browser sends of a login, decoded from base64url."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says beside who signed."""

    sign_count: int
    backup_eligible: bool
    backed_up: bool


class Ceremonies:
    """Makes the options of both ceremonies and judges what comes back."""

    def __init__(
        self,
        *,
        rp_id: str,
        rp_name: str,
        origins: Sequence[str],
        lifetime: timedelta,
        attestation_roots: Sequence[bytes],
    ) -> None:
        """Take the relying party's identity and, if makers must vouch, their roots in PEM."""
        self._rp_id = rp_id
        self._rp_name = rp_name
        self._origins = list(origins)
        self._timeout = int(lifetime.total_seconds() * 1000)
        self._roots = list(attestation_roots)
        self._dummy_key = _cose_of(ec.generate_private_key(ec.SECP256R1()).public_key())

    def enrolment_options(
        self,
        *,
        challenge: bytes,
        user_handle: bytes,
        label: str | None,
        existing: Sequence[KnownCredential],
    ) -> dict[str, Any]:
        """Return PublicKeyCredentialCreationOptionsJSON for a discoverable credential."""
        required = bool(self._roots)
        options = generate_registration_options(
            rp_id=self._rp_id,
            rp_name=self._rp_name,
            user_id=user_handle,
            user_name=label or self._rp_name,
            challenge=challenge,
            timeout=self._timeout,
            attestation=AttestationConveyancePreference("direct" if required else "none"),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(
                    id=known.credential_id,
                    transports=[AuthenticatorTransport(t) for t in known.transports],
                )
                for known in existing
            ],
            supported_pub_key_algs=ALGORITHMS,
        )
        return options_to_json_dict(options)

    def login_options(self, challenge: bytes) -> dict[str, Any]:
        """Return PublicKeyCredentialRequestOptionsJSON; it names no credential."""
        options = generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            timeout=self._timeout,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def verify_enrolment(self, sent: Attestation, challenge: bytes) -> NewCredential | None:
        """Judge a new credential; None when anything about it is wrong."""
        try:
            return self._verify_enrolment(sent, challenge)
        except _UNREADABLE:
            return None

    def _verify_enrolment(self, sent: Attestation, challenge: bytes) -> NewCredential | None:
        roots = dict.fromkeys(_VOUCHED_FORMATS, self._roots) if self._roots else None
        verified = verify_registration_response(
            credential=RegistrationCredential(
                id=bytes_to_base64url(sent.credential_id),
                raw_id=sent.credential_id,
                response=AuthenticatorAttestationResponse(
                    client_data_json=sent.client_data, attestation_object=sent.attestation_object
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=self._rp_id,
            expected_origin=self._origins,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
            pem_root_certs_bytes_by_fmt=roots,
        )
        attested = bool(self._roots) and _is_vouched_for(verified.attestation_object, verified.fmt)
        if self._roots and not attested:
            return None
        if _is_embedded(sent.client_data) or not _is_usable_key(verified.credential_public_key):
            return None
        if verified.credential_id != sent.credential_id:
            return None
        return NewCredential(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            aaguid=verified.aaguid,
            backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            backed_up=verified.credential_backed_up,
            attested=attested,
        )

    def verify_login(
        self, sent: Assertion, challenge: bytes, public_key: bytes | None
    ) -> Signed | None:
        """Judge a signature; None when it is wrong, or when there is no key to judge it with.

        Without a key the same work is done with one whose private half nobody has.
        """
        try:
            return self._verify_login(sent, challenge, public_key or self._dummy_key)
        except _UNREADABLE:
            return None

    def _verify_login(self, sent: Assertion, challenge: bytes, key: bytes) -> Signed | None:
        verified = verify_authentication_response(
            credential=AuthenticationCredential(
                id=bytes_to_base64url(sent.credential_id),
                raw_id=sent.credential_id,
                response=AuthenticatorAssertionResponse(
                    client_data_json=sent.client_data,
                    authenticator_data=sent.authenticator_data,
                    signature=sent.signature,
                    user_handle=sent.user_handle,
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=self._rp_id,
            expected_origin=self._origins,
            credential_public_key=key,
            # Judged on the row, after the signature: a count that nobody signed says nothing.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        if _is_embedded(sent.client_data):
            return None
        return Signed(
            sign_count=verified.new_sign_count,
            backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            backed_up=verified.credential_backed_up,
        )


# W3C Web Authentication Level 3 section 7.1 step 10: our pages are never in another site's frame.
def _is_embedded(client_data: bytes) -> bool:
    return bool(parse_client_data_json(client_data).cross_origin)


def _is_vouched_for(attestation_object: bytes, kind: AttestationFormat) -> bool:
    # A packed statement without certificates is the credential vouching for itself.
    statement = parse_attestation_object(attestation_object).att_stmt
    return kind in _VOUCHED_FORMATS and bool(statement.x5c)


def _is_usable_key(cose: bytes) -> bool:
    decoded = decode_credential_public_key(cose)
    decoded_public_key_to_cryptography(decoded)
    return not isinstance(decoded, DecodedRSAPublicKey) or 8 * len(decoded.n) in RSA_BITS


def _cose_of(key: ec.EllipticCurvePublicKey) -> bytes:
    # RFC 9053 section 7.1.1: an EC2 key on P-256 for ES256.
    numbers = key.public_numbers()
    coordinates = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    return encode_cbor({1: 2, 3: COSEAlgorithmIdentifier.ECDSA_SHA_256.value, -1: 1} | coordinates)
