import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ContactChanged(_message.Message):
    __slots__ = ("subject_id", "version", "occurred_at", "sealed")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    occurred_at: _timestamp_pb2.Timestamp
    sealed: bytes
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed: _Optional[bytes] = ...) -> None: ...

class ContactDetails(_message.Message):
    __slots__ = ("subject_id", "version", "phone", "email", "language", "contrast_hash", "activation_code_hash", "forbidden_words")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_HASH_FIELD_NUMBER: _ClassVar[int]
    ACTIVATION_CODE_HASH_FIELD_NUMBER: _ClassVar[int]
    FORBIDDEN_WORDS_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    version: int
    phone: str
    email: str
    language: str
    contrast_hash: str
    activation_code_hash: str
    forbidden_words: _containers.RepeatedCompositeFieldContainer[ForbiddenWord]
    def __init__(self, subject_id: _Optional[str] = ..., version: _Optional[int] = ..., phone: _Optional[str] = ..., email: _Optional[str] = ..., language: _Optional[str] = ..., contrast_hash: _Optional[str] = ..., activation_code_hash: _Optional[str] = ..., forbidden_words: _Optional[_Iterable[_Union[ForbiddenWord, _Mapping]]] = ...) -> None: ...

class ForbiddenWord(_message.Message):
    __slots__ = ("length", "hash")
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    length: int
    hash: str
    def __init__(self, length: _Optional[int] = ..., hash: _Optional[str] = ...) -> None: ...
