package deliver

import (
	"context"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// lookBack is how far back lines are looked for: every night looks at the notes
// of a month, not of all years.
const lookBack = 31 * 24 * time.Hour

// Reconcile compares every signed note with the built-in record and the ledger,
// puts what is missing into the ledger, and keeps a report.
func (o *Outbound) Reconcile(ctx context.Context, by store.Actor) (pipeline.Reconciliation, error) {
	now, err := o.store.Clock(ctx)
	if err != nil {
		return pipeline.Reconciliation{}, err
	}
	report := pipeline.Reconciliation{At: now}
	const most = 1000
	forgotten, err := o.store.Unattached(ctx, o.opts.OnTheWay, most)
	if err != nil {
		return report, err
	}
	report.NotInRecord = len(forgotten)
	missing := make(map[string]int)
	for _, d := range o.destinations {
		name := d.System.Name()
		if missing[name], err = o.missing(ctx, d, now.Add(-o.opts.OnTheWay)); err != nil {
			return report, err
		}
	}
	if report.Destinations, err = o.store.DispatchCounts(ctx); err != nil {
		return report, err
	}
	for i := range report.Destinations {
		report.Destinations[i].Missing = missing[report.Destinations[i].Destination]
	}
	if !report.Clean() {
		o.opts.Log.WarnContext(ctx, "deliveries need a person", "not_in_record", report.NotInRecord, "destinations", report.Destinations)
	}
	return report, o.store.AddReconciliation(ctx, by, report)
}

// missing adds to the ledger what a destination takes and has no line there.
func (o *Outbound) missing(ctx context.Context, d *address, before time.Time) (n int, err error) {
	const page = 200
	only := &Outbound{store: o.store, destinations: []*address{d}, opts: o.opts, news: o.news}
	for after := (store.Cursor{At: before.Add(-lookBack)}); ; {
		list, last, err := o.store.Undispatched(ctx, d.System.Name(), before, after, page)
		if err != nil || len(list) == 0 {
			return n, err
		}
		after = last
		for _, id := range list {
			dict, err := o.store.Dictation(ctx, id)
			if err != nil {
				return n, err
			}
			// What is on its way to the built-in record will be put in by that.
			if dict.State != pipeline.Finished {
				continue
			}
			doc, err := document(ctx, o.store, dict, d.System.Name(), o.opts.Language)
			if err != nil {
				return n, err
			}
			added, err := only.Enqueue(ctx, doc, dict.Facility)
			if err != nil {
				return n, err
			}
			n += added
		}
	}
}

// Nightly reconciles when the last report is a day old, or at night when it is
// of the day before.
func (o *Outbound) Nightly(ctx context.Context, by store.Actor) error {
	last, err := o.store.LastReconciliation(ctx)
	if err != nil {
		return err
	}
	now, err := o.store.Clock(ctx)
	if err != nil {
		return err
	}
	const firstHour, lastHour = 1, 5
	age, hour := now.Sub(last.At), now.Local().Hour()
	if age < 12*time.Hour || age < 24*time.Hour && (hour < firstHour || hour > lastHour) {
		return nil
	}
	_, err = o.Reconcile(ctx, by)
	return err
}
