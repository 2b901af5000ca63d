"""The waiting room: admission is decided in one statement."""

from django.db import migrations, models

# Lets somebody in, or says how many are before them and about how many seconds it takes.
# While fewer come than are let in, everybody goes straight on. When more come, those of a window wait until it closes,
# so that nobody gains by being a moment faster; then they are let in by lot, the earlier windows first. Who has not
# asked for two minutes is passed over.
TURN = """
CREATE FUNCTION kini_booking_turn(
    at timestamptz, wanted text, who text, admit integer, seconds integer, lasts interval,
    OUT admitted boolean, OUT ahead integer, OUT wait integer
) LANGUAGE plpgsql AS $$
DECLARE
    present CONSTANT interval := interval '2 minutes';
    this CONSTANT bigint := floor(extract(epoch FROM at) / seconds);
    left_over integer;
    mine booking_turn;
BEGIN
    SELECT true, 0, 0 INTO admitted, ahead, wait FROM booking_turn
    WHERE service_id = wanted AND visitor = who AND admitted_at > at - lasts;
    IF admitted THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('kini booking turn ' || wanted, 0));
    INSERT INTO booking_turn AS known (service_id, visitor, batch, draw, seen_at)
    VALUES (wanted, who, this, random(), at)
    ON CONFLICT (service_id, visitor) DO UPDATE SET
        batch = CASE WHEN known.admitted_at IS NULL AND known.seen_at > at - present THEN known.batch ELSE this END,
        draw = CASE WHEN known.admitted_at IS NULL AND known.seen_at > at - present THEN known.draw ELSE random() END,
        admitted_at = NULL, seen_at = at
    RETURNING * INTO mine;
    left_over := admit - (
        SELECT count(*) FROM booking_turn WHERE service_id = wanted AND admitted_at >= to_timestamp(this * seconds)
    );
    -- Of a window that is still open nobody knows the order yet: all of them are before each other.
    SELECT count(*) INTO ahead FROM booking_turn
    WHERE service_id = wanted AND admitted_at IS NULL AND seen_at > at - present AND visitor <> who
        AND (batch < mine.batch OR (batch = mine.batch AND (draw < mine.draw OR mine.batch = this)));
    admitted := ahead < left_over;
    IF admitted THEN
        UPDATE booking_turn SET admitted_at = at WHERE id = mine.id;
        wait := 0;
    ELSE
        wait := ceil((this + 1) * seconds - extract(epoch FROM at)) + seconds * (ahead / admit);
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0002_counters")]
    operations = [
        migrations.RenameField("turn", "admitted_until", "admitted_at"),
        migrations.AddIndex(
            "turn", models.Index(fields=["service", "admitted_at"], name="booking_turn_admitted")
        ),
        migrations.RunSQL(
            TURN, "DROP FUNCTION kini_booking_turn(timestamptz, text, text, integer, integer, interval)"
        ),
    ]
