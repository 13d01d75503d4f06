package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dictation/deploy/local"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/decode"
)

// memory gives the most memory that a worker takes for a long recording, from
// and to an object store, and for a short one.
func (b *decodeBench) memory(ctx context.Context, progress io.Writer) (_ []figure, err error) {
	s3, err := local.StartS3(ctx, local.S3Config{Dir: b.path("s3"), AccessKey: "bench", SecretKey: newSigningKey()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s3.Close(context.WithoutCancel(ctx))) }()
	at := blob.Config{
		Endpoint: s3.Endpoint, Region: s3.Region, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Bucket: "work", Intake: "intake",
	}
	store, err := blob.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	var peaks []float64
	for _, length := range []time.Duration{b.sizes.few, b.sizes.hours} {
		peak, err := b.workerPeak(ctx, store, at, length)
		if err != nil {
			return nil, fmt.Errorf("worker with %s: %w", shortDuration(length), err)
		}
		fmt.Fprintf(progress, "memory: %s: %.1f MB\n", shortDuration(length), peak)
		peaks = append(peaks, peak)
	}
	ratio := peaks[1] / peaks[0]
	return []figure{
		{Name: "worker's memory, " + shortDuration(b.sizes.few), Value: peaks[0], Unit: "MB"},
		{Name: "worker's memory, " + shortDuration(b.sizes.hours), Value: peaks[1], Unit: "MB"},
		aim("worker's memory, long / short", ratio, "", "≤ 1.2", ratio <= 1.2),
	}, nil
}

// workerPeak stores a recording and has a fresh process decode it.
func (b *decodeBench) workerPeak(ctx context.Context, store *blob.Store, at blob.Config, length time.Duration) (float64, error) {
	sound, size := voiceWAV(22050, 1, length)
	job := decodeJob{S3: at, ID: uuid.NewString(), TempDir: b.dir}
	var err error
	if job.Original, err = store.Put(ctx, blob.OriginalKey(job.ID), sound, size, "audio/wav"); err != nil {
		return 0, err
	}
	order, err := json.Marshal(job)
	if err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = []string{"dictation", "bench", decodeJobVerb}
	cmd.Stdin = bytes.NewReader(order)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, trouble.String())
	}
	var done decodeJobDone
	if err := json.Unmarshal(out, &done); err != nil {
		return 0, err
	}
	if done.DurationMS != length.Milliseconds() {
		return 0, fmt.Errorf("the worker found %d ms", done.DurationMS)
	}
	return float64(done.PeakKB) / 1024, nil
}

// decodeJob is what the process is told, by its standard input: keys are no
// business of a command line.
type decodeJob struct {
	S3       blob.Config
	ID       string
	Original pipeline.Object
	TempDir  string
}

// decodeJobDone is what it answers.
type decodeJobDone struct {
	DurationMS int64
	PeakKB     int64 // most memory it had
}

const decodeJobVerb = "decode-job"

// decodeJobCommand does one decode job as a worker does, for the benchmark.
func decodeJobCommand() *cobra.Command {
	return &cobra.Command{
		Use: decodeJobVerb, Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var job decodeJob
			if err := json.NewDecoder(cmd.InOrStdin()).Decode(&job); err != nil {
				return err
			}
			done, err := job.do(cmd.Context())
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(done)
		},
	}
}

func (j decodeJob) do(ctx context.Context) (decodeJobDone, error) {
	cfg, err := loadConfig()
	if err != nil {
		return decodeJobDone{}, err
	}
	store, err := blob.Open(ctx, j.S3)
	if err != nil {
		return decodeJobDone{}, err
	}
	d := pipeline.Dictation{ID: j.ID, Original: j.Original}
	res, err := decode.New(store, cfg.decoding(j.TempDir, nil)).Handle(ctx, pipeline.Job{Dictation: d, Stage: pipeline.Decode, Attempt: 1})
	if err != nil {
		return decodeJobDone{}, err
	}
	peak, err := peakMemory()
	return decodeJobDone{DurationMS: res.Sound.DurationMS, PeakKB: peak}, err
}

// peakMemory is the most that this process has had in memory, in kB.
func peakMemory() (int64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	var kb int64
	for line := range strings.Lines(string(b)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb, nil
		}
	}
	return 0, errors.New("the kernel does not tell the most memory of a process")
}
