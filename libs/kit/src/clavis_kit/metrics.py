"""Prometheus metrics shared by the services. Labels are bounded: never a person, never an id."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Histogram(
    "clavis_http_request_seconds",
    "Time to answer a request",
    ["method", "route", "status"],
    buckets=SECONDS,
)
OUTBOX_PENDING = Gauge("clavis_outbox_pending", "Events recorded and not yet published")
OUTBOX_OLDEST = Gauge("clavis_outbox_oldest_seconds", "Age of the oldest unpublished event")
EVENTS_PUBLISHED = Counter("clavis_events_published_total", "Events published", ["type"])
PUBLISH_FAILURES = Counter("clavis_publish_failures_total", "Failed attempts to publish")
EVENTS_APPLIED = Counter("clavis_events_applied_total", "Events applied", ["type"])
EVENTS_DUPLICATE = Counter("clavis_inbox_duplicates_total", "Events seen before", ["type"])
EVENTS_PARKED = Counter("clavis_events_parked_total", "Events that could not be applied", ["type"])
EVENT_DELAY = Histogram(
    "clavis_event_delay_seconds",
    "From the fact to its effect in this service",
    ["type"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 300),
)
CONSUMER_PROGRESS = Gauge(
    "clavis_consumer_last_progress_timestamp", "When the consumer last polled, Unix time"
)
POOL_WAITING = Gauge("clavis_pool_waiting", "Jobs waiting for a worker", ["pool"])
POOL_SHED = Counter("clavis_pool_shed_total", "Jobs refused because the pool was full", ["pool"])
OUTCOMES = Counter("clavis_outcomes_total", "Outcomes of a use case", ["action", "outcome"])
MESSAGES = Counter("clavis_messages_total", "Messages to people", ["channel", "outcome"])
MESSAGE_RECEIPTS = Counter(
    "clavis_message_receipts_total", "What providers say of messages", ["provider", "state"]
)
MESSAGE_DELIVERY = Histogram(
    "clavis_message_delivery_seconds",
    "From the hand-over of a message to its receipt",
    ["provider"],
    buckets=(1, 2.5, 5, 10, 30, 60, 300, 1800, 7200),
)
MESSAGE_NOTES_LOST = Counter(
    "clavis_message_notes_lost_total", "Hand-overs and receipts that could not be noted"
)
MESSAGE_QUEUE = Gauge("clavis_message_queue", "Notices waiting to be sent")
MESSAGE_QUEUE_OLDEST = Gauge("clavis_message_queue_oldest_seconds", "Age of the oldest notice")
NOTICE_OLDEST = Gauge("clavis_notice_oldest_seconds", "Age of the oldest notice about a password")
LOOP_LAG = Histogram(
    "clavis_loop_lag_seconds",
    "Delay of the event loop",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1),
)
