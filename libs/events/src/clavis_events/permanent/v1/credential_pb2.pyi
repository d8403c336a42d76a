import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuthenticatorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTHENTICATOR_KIND_UNSPECIFIED: _ClassVar[AuthenticatorKind]
    AUTHENTICATOR_KIND_PASSKEY: _ClassVar[AuthenticatorKind]
    AUTHENTICATOR_KIND_TOTP: _ClassVar[AuthenticatorKind]
    AUTHENTICATOR_KIND_RECOVERY_CODES: _ClassVar[AuthenticatorKind]
AUTHENTICATOR_KIND_UNSPECIFIED: AuthenticatorKind
AUTHENTICATOR_KIND_PASSKEY: AuthenticatorKind
AUTHENTICATOR_KIND_TOTP: AuthenticatorKind
AUTHENTICATOR_KIND_RECOVERY_CODES: AuthenticatorKind

class PasswordActivated(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "expires_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PasswordChanged(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "expires_at", "session_id")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    session_id: str
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., session_id: _Optional[str] = ...) -> None: ...

class PasswordRemoved(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PasswordBlocked(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ActivationCodeUsed(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ActivationCodeBlocked(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AuthenticatorAdded(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "kind")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    kind: AuthenticatorKind
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[AuthenticatorKind, str]] = ...) -> None: ...

class AuthenticatorRemoved(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "kind")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    kind: AuthenticatorKind
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[AuthenticatorKind, str]] = ...) -> None: ...

class FraudReported(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
