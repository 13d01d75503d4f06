package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dictation/deploy/local"
	"dictation/pipeline"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
	"dictation/pipeline/worker"
)

// benchPipeline measures dictations from upload to draft with the engine that
// leaves the draft empty, against a minimal program that does the same puts,
// gets, row changes, publishes and acks on the same servers.
func benchPipeline(ctx context.Context, o benchOptions) (_ []figure, err error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	srv, err := local.Start(ctx, local.Config{Data: filepath.Join(dir, "data")})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeServers(ctx, srv)) }()
	b, err := newBench(ctx, srv, func(c *config) {
		c.Engine, c.DecodeSlots, c.TranscribeSlots = "none", 8, 8
	})
	if err != nil {
		return nil, err
	}
	defer b.close()
	base, err := newBaseline(ctx, srv)
	if err != nil {
		return nil, err
	}
	defer base.close()

	var product, minimal, ratios, productCPU, minimalCPU []float64
	for round := range o.rounds {
		p, pc, err := withCPU(o.n, func() (float64, error) { return b.throughput(ctx, o) })
		if err != nil {
			return nil, fmt.Errorf("product: %w", err)
		}
		m, mc, err := withCPU(o.n, func() (float64, error) { return throughput(ctx, o, base.one) })
		if err != nil {
			return nil, fmt.Errorf("minimal program: %w", err)
		}
		fmt.Fprintf(o.stderr, "round %d: product %.1f/s (%.1f ms of processor each), minimal program %.1f/s (%.1f ms)\n", round+1, p, pc, m, mc)
		product, minimal, ratios = append(product, p), append(minimal, m), append(ratios, p/m)
		productCPU, minimalCPU = append(productCPU, pc), append(minimalCPU, mc)
	}
	added, err := b.latencies(ctx, 60)
	if err != nil {
		return nil, err
	}
	ratio := median(ratios)
	p50, p99 := quantile(added, 0.5), quantile(added, 0.99)
	return []figure{
		{Name: "product", Value: median(product), Unit: "dictations/s"},
		{Name: "minimal program, same I/O", Value: median(minimal), Unit: "dictations/s"},
		{Name: "processor time, product", Value: median(productCPU), Unit: "ms/dictation, servers included"},
		{Name: "processor time, minimal program", Value: median(minimalCPU), Unit: "ms/dictation, servers included"},
		aim("ratio (median of rounds)", ratio, "", "≥ 0.7", ratio >= 0.7),
		aim("receipt → draft, idle, p50", p50, "ms", "≤ 30 ms", p50 <= 30),
		aim("receipt → draft, idle, p99", p99, "ms", "≤ 120 ms", p99 <= 120),
	}, nil
}

// withCPU gives what f gives and the processor time of this process and its
// servers for each of n dictations, in milliseconds; 0 where it cannot be read.
func withCPU(n int, f func() (float64, error)) (rate, cpu float64, err error) {
	before, unknown := treeTime(os.Getpid())
	rate, err = f()
	after, stillUnknown := treeTime(os.Getpid())
	if unknown == nil && stillUnknown == nil {
		cpu = ms(after-before) / float64(n)
	}
	return rate, cpu, err
}

// throughput runs one on o.n dictations, o.parallel at a time, and gives
// dictations per second from the first byte sent to the last draft.
func throughput(ctx context.Context, o benchOptions, one func(context.Context) error) (float64, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(o.parallel)
	began := time.Now()
	for range o.n {
		g.Go(func() error { return one(ctx) })
	}
	err := g.Wait()
	return float64(o.n) / time.Since(began).Seconds(), err
}

// bench is the product with its workers, fed by intake itself.
type bench struct {
	app     *app
	stop    context.CancelFunc
	running sync.WaitGroup
	author  string
	mrn     string
	sound   []byte

	mu    sync.Mutex
	waits map[string]chan struct{} // dictation → its draft is there
}

func newBench(ctx context.Context, srv *local.Servers, set func(*config)) (_ *bench, err error) {
	cfg, err := loadConfig()
	if err != nil {
		return nil, err
	}
	cfg.SigningKey = newSigningKey()
	set(&cfg)
	log := slog.New(slog.DiscardHandler)
	b := &bench{sound: benchSound(), waits: make(map[string]chan struct{})}
	if b.app, err = openApp(ctx, cfg, embedded(srv, cfg), log, true); err != nil {
		return nil, err
	}
	b.app.data = cfg.Data
	ctx, b.stop = context.WithCancel(ctx)
	if err := b.people(ctx); err != nil {
		return nil, err
	}
	handlers, err := b.app.handlers(ctx, []pipeline.Stage{pipeline.Decode, pipeline.Transcribe})
	if err != nil {
		return nil, err
	}
	w := worker.New(b.app.store, b.app.queue, handlers, worker.Options{Slots: cfg.slots()})
	b.running.Go(func() { w.Run(ctx) })
	b.running.Go(func() { b.app.sweep(ctx) })
	b.running.Go(func() { _ = b.app.queue.Listen(ctx, func(id string) { b.changed(ctx, id) }) })
	return b, nil
}

func (b *bench) close() {
	b.stop()
	b.running.Wait()
	b.app.close()
}

func (b *bench) people(ctx context.Context) error {
	u, err := b.app.auth.AddUser(ctx, console, pipeline.User{Username: "bench", Name: "Bench", Roles: []pipeline.Role{pipeline.RoleAuthor}}, newSigningKey())
	if err != nil {
		return err
	}
	b.author, b.mrn = u.ID, "BENCH1"
	_, err = b.app.store.PutPatient(ctx, pipeline.Patient{MRN: b.mrn, Family: "Bench", Given: "Mark", BirthDate: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), Sex: "unknown"})
	return err
}

// changed is called for every announcement; drafts wake those who wait.
func (b *bench) changed(ctx context.Context, id string) {
	b.mu.Lock()
	wait := b.waits[id]
	b.mu.Unlock()
	if wait == nil {
		return
	}
	d, err := b.app.store.Dictation(ctx, id)
	if err != nil || d.Stage != pipeline.Review {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waits[id] != nil {
		close(b.waits[id])
		delete(b.waits, id)
	}
}

// throughput sends o.n recordings and waits until all have drafts.
func (b *bench) throughput(ctx context.Context, o benchOptions) (float64, error) {
	before, err := b.drafts(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := throughput(ctx, o, func(ctx context.Context) error { _, err := b.send(ctx); return err }); err != nil {
		return 0, err
	}
	for {
		n, err := b.drafts(ctx)
		if err != nil {
			return 0, err
		}
		if n-before >= o.n {
			return float64(o.n) / time.Since(began).Seconds(), nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// drafts counts the dictations that wait for typing.
func (b *bench) drafts(ctx context.Context) (int, error) {
	counts, err := b.app.store.Counts(ctx)
	return counts[pipeline.Position{Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.Pending}], err
}

// send gives a recording to intake.
func (b *bench) send(ctx context.Context) (pipeline.Dictation, error) {
	return b.sendSound(ctx, bytes.NewReader(b.sound))
}

func (b *bench) sendSound(ctx context.Context, sound io.Reader) (pipeline.Dictation, error) {
	return b.app.intake.Receive(ctx, store.Actor{ID: b.author}, intake.Request{
		Author: b.author, PatientMRN: b.mrn, Worktype: string(pipeline.ProgressNote), Source: "api",
	}, sound)
}

// timed gives the time from receipt to draft.
func (b *bench) timed(ctx context.Context) (time.Duration, error) {
	d, err := b.send(ctx)
	if err != nil {
		return 0, err
	}
	received := time.Now()
	done := make(chan struct{})
	b.mu.Lock()
	b.waits[d.ID] = done
	b.mu.Unlock()
	// It may have been announced before we listened.
	b.changed(ctx, d.ID)
	select {
	case <-done:
		return time.Since(received), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Minute):
		return 0, fmt.Errorf("dictation %s has no draft after a minute", d.ID)
	}
}

// latencies sends n recordings one after the other, in milliseconds.
func (b *bench) latencies(ctx context.Context, n int) ([]float64, error) {
	list := make([]float64, 0, n)
	for range n {
		took, err := b.timed(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, ms(took))
	}
	return list, nil
}

// benchSound is 30 seconds of a soft tone as 16 kHz mono 16-bit WAV, 960 kB.
func benchSound() []byte {
	const rate, seconds = 16000, 30
	samples := make([]byte, 0, 2*rate*seconds)
	for i := range rate * seconds {
		samples = binary.LittleEndian.AppendUint16(samples, uint16(int16(8000*math.Sin(float64(i)*2*math.Pi*440/rate))))
	}
	return wavOf(samples)
}

// wavOf gives samples (16 kHz, mono, 16-bit) the header of a WAV file.
func wavOf(samples []byte) []byte {
	const rate = 16000
	var b bytes.Buffer
	head := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	io.WriteString(&b, "RIFF")
	head(uint32(36 + len(samples)))
	io.WriteString(&b, "WAVEfmt ")
	head([]uint16{16, 0, 1, 1})
	head([]uint32{rate, 2 * rate})
	head([]uint16{2, 16})
	io.WriteString(&b, "data")
	head(uint32(len(samples)))
	b.Write(samples)
	return b.Bytes()
}
