-- What people without a session may ask within an hour is counted exactly, also at the same moment.

-- Whoever counts waits for the transaction that counted before. The query behind the lock is one of
-- a volatile function, so it sees what that transaction wrote; the statement that calls the function
-- began before the wait and would not.
CREATE FUNCTION letter_requests_of_source(source text, since timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(source, 3));
    RETURN (SELECT count(*) FROM letter_request
             WHERE source_hash = source AND requested_at > since);
END
$$;

CREATE FUNCTION letter_renunciations_of_source(source text, since timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(source, 4));
    RETURN (SELECT count(*) FROM letter_renunciation
             WHERE source_hash = source AND requested_at > since);
END
$$;

CREATE FUNCTION letter_renunciations_of_number(number_hash text, since timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(number_hash, 5));
    RETURN (SELECT count(*) FROM letter_renunciation
             WHERE national_id_hash = number_hash AND requested_at > since);
END
$$;

CREATE FUNCTION video_bookings_of_source(source text, since timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(source, 6));
    RETURN (SELECT count(*) FROM video_appointment
             WHERE source_hash = source AND created_at > since);
END
$$;
