import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EnrolmentLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENROLMENT_LEVEL_UNSPECIFIED: _ClassVar[EnrolmentLevel]
    ENROLMENT_LEVEL_BASIC: _ClassVar[EnrolmentLevel]
    ENROLMENT_LEVEL_ADVANCED: _ClassVar[EnrolmentLevel]

class EnrolmentChannel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENROLMENT_CHANNEL_UNSPECIFIED: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_LETTER: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_VIDEO_CALL: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_VIDEO_AUTOMATIC: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_VIDEO_REVIEWED: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_CERTIFICATE_SOFTWARE: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_CERTIFICATE_DNIE: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_OFFICE: _ClassVar[EnrolmentChannel]
    ENROLMENT_CHANNEL_CONVALIDATION: _ClassVar[EnrolmentChannel]

class RevocationCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVOCATION_CAUSE_UNSPECIFIED: _ClassVar[RevocationCause]
    REVOCATION_CAUSE_SECURITY: _ClassVar[RevocationCause]
    REVOCATION_CAUSE_IDENTITY_DATA_CHANGED: _ClassVar[RevocationCause]
    REVOCATION_CAUSE_VIDEO_REJECTED: _ClassVar[RevocationCause]

class FreezeOrigin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FREEZE_ORIGIN_UNSPECIFIED: _ClassVar[FreezeOrigin]
    FREEZE_ORIGIN_PERSON: _ClassVar[FreezeOrigin]
    FREEZE_ORIGIN_OFFICER: _ClassVar[FreezeOrigin]
    FREEZE_ORIGIN_REPORT: _ClassVar[FreezeOrigin]
ENROLMENT_LEVEL_UNSPECIFIED: EnrolmentLevel
ENROLMENT_LEVEL_BASIC: EnrolmentLevel
ENROLMENT_LEVEL_ADVANCED: EnrolmentLevel
ENROLMENT_CHANNEL_UNSPECIFIED: EnrolmentChannel
ENROLMENT_CHANNEL_LETTER: EnrolmentChannel
ENROLMENT_CHANNEL_VIDEO_CALL: EnrolmentChannel
ENROLMENT_CHANNEL_VIDEO_AUTOMATIC: EnrolmentChannel
ENROLMENT_CHANNEL_VIDEO_REVIEWED: EnrolmentChannel
ENROLMENT_CHANNEL_CERTIFICATE_SOFTWARE: EnrolmentChannel
ENROLMENT_CHANNEL_CERTIFICATE_DNIE: EnrolmentChannel
ENROLMENT_CHANNEL_OFFICE: EnrolmentChannel
ENROLMENT_CHANNEL_CONVALIDATION: EnrolmentChannel
REVOCATION_CAUSE_UNSPECIFIED: RevocationCause
REVOCATION_CAUSE_SECURITY: RevocationCause
REVOCATION_CAUSE_IDENTITY_DATA_CHANGED: RevocationCause
REVOCATION_CAUSE_VIDEO_REJECTED: RevocationCause
FREEZE_ORIGIN_UNSPECIFIED: FreezeOrigin
FREEZE_ORIGIN_PERSON: FreezeOrigin
FREEZE_ORIGIN_OFFICER: FreezeOrigin
FREEZE_ORIGIN_REPORT: FreezeOrigin

class Registered(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "level", "channel", "last_strong_identification_at", "document_expires_on", "minor")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    LAST_STRONG_IDENTIFICATION_AT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_EXPIRES_ON_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    level: EnrolmentLevel
    channel: EnrolmentChannel
    last_strong_identification_at: _timestamp_pb2.Timestamp
    document_expires_on: _timestamp_pb2.Timestamp
    minor: bool
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., level: _Optional[_Union[EnrolmentLevel, str]] = ..., channel: _Optional[_Union[EnrolmentChannel, str]] = ..., last_strong_identification_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., document_expires_on: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., minor: _Optional[bool] = ...) -> None: ...

class LevelRaised(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "level", "channel", "last_strong_identification_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    LAST_STRONG_IDENTIFICATION_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    level: EnrolmentLevel
    channel: EnrolmentChannel
    last_strong_identification_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., level: _Optional[_Union[EnrolmentLevel, str]] = ..., channel: _Optional[_Union[EnrolmentChannel, str]] = ..., last_strong_identification_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PhoneChanged(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "phone_verified")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    PHONE_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    phone_verified: bool
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., phone_verified: _Optional[bool] = ...) -> None: ...

class Renounced(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ...) -> None: ...

class Deceased(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ...) -> None: ...

class Revoked(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "cause")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    cause: RevocationCause
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., cause: _Optional[_Union[RevocationCause, str]] = ...) -> None: ...

class Reinstated(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "level")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    level: EnrolmentLevel
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., level: _Optional[_Union[EnrolmentLevel, str]] = ...) -> None: ...

class IdentificationRenewed(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "channel", "last_strong_identification_at", "document_expires_on")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    LAST_STRONG_IDENTIFICATION_AT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_EXPIRES_ON_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    channel: EnrolmentChannel
    last_strong_identification_at: _timestamp_pb2.Timestamp
    document_expires_on: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., channel: _Optional[_Union[EnrolmentChannel, str]] = ..., last_strong_identification_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., document_expires_on: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DocumentChanged(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "document_expires_on")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_EXPIRES_ON_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    document_expires_on: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., document_expires_on: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CertificateRevocationRequested(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "key_compromise")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    KEY_COMPROMISE_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    key_compromise: bool
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., key_compromise: _Optional[bool] = ...) -> None: ...

class Frozen(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash", "origin")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    origin: FreezeOrigin
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ..., origin: _Optional[_Union[FreezeOrigin, str]] = ...) -> None: ...

class Unfrozen(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "national_id_hash")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_ID_HASH_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    national_id_hash: str
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., national_id_hash: _Optional[str] = ...) -> None: ...
