package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// metrics are the program's numbers for Prometheus. Labels are stages, states
// and outcomes; never ids or names.
type metrics struct {
	registry *prometheus.Registry
	jobs     *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "dictation_job_seconds",
			Help:    "Time one try of a machine stage took.",
			Buckets: prometheus.ExponentialBuckets(0.005, 4, 9),
		}, []string{"stage", "outcome"}),
	}
	m.registry.MustRegister(m.jobs, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(stage pipeline.Stage, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(string(stage), outcome).Observe(took.Seconds())
}

// watch adds the numbers that are asked of the servers when somebody looks.
func (m *metrics) watch(s *store.Store, q *queue.Queue) {
	m.registry.MustRegister(&backlog{store: s, queue: q})
}

// backlog collects how many dictations are where and how many jobs wait.
type backlog struct {
	store *store.Store
	queue *queue.Queue
}

var (
	dictationsDesc = prometheus.NewDesc("dictation_dictations", "Dictations not finished, by position.", []string{"stage", "step", "state"}, nil)
	waitingDesc    = prometheus.NewDesc("dictation_queue_jobs", "Jobs in the work queue, taken ones included.", []string{"lane"}, nil)
)

// scrapeLimit bounds what one look may cost.
const scrapeLimit = 3 * time.Second

// Describe implements prometheus.Collector.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) { ch <- dictationsDesc; ch <- waitingDesc }

// Collect implements prometheus.Collector.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	counts, err := b.store.Counts(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(dictationsDesc, err)
	}
	for p, n := range counts {
		ch <- prometheus.MustNewConstMetric(dictationsDesc, prometheus.GaugeValue, float64(n), string(p.Stage), string(p.Step), string(p.State))
	}
	waiting, err := b.queue.Waiting(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(waitingDesc, err)
	}
	for lane, n := range waiting {
		ch <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(n), lane)
	}
}
