package main

import (
	"testing"
	"time"
)

func TestNextTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 14, 0, 0, 0, time.UTC)
	for clock, want := range map[string]string{"14:01": "2026-03-31 14:01:00", "14:00": "2026-04-01 14:00:00", "02:30": "2026-04-01 02:30:00"} {
		if got, err := nextTime(clock, now); err != nil || got.Format(time.DateTime) != want {
			t.Errorf("%s: %v, %v; want %s", clock, got, err, want)
		}
	}
	if _, err := nextTime("at noon", now); err == nil {
		t.Error("noon is taken for a time")
	}
}
