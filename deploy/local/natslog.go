package local

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
)

// natsLog passes the server's messages on. The server expects its logger to end
// the program on a fatal one; here it is kept for the error of StartNATS.
type natsLog struct {
	log  *slog.Logger
	once sync.Once
	dead chan struct{} // closed by the first fatal message
	err  error         // that message; read after dead
}

func newNATSLog(log *slog.Logger) *natsLog {
	return &natsLog{log: log, dead: make(chan struct{})}
}

func (l *natsLog) write(level slog.Level, format string, v []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, fmt.Sprintf(format, v...), slog.String("server", "nats"))
	}
}

func (l *natsLog) Noticef(format string, v ...any) { l.write(slog.LevelDebug, format, v) }
func (l *natsLog) Debugf(format string, v ...any)  { l.write(slog.LevelDebug, format, v) }
func (l *natsLog) Tracef(format string, v ...any)  { l.write(slog.LevelDebug, format, v) }
func (l *natsLog) Warnf(format string, v ...any)   { l.write(slog.LevelWarn, format, v) }
func (l *natsLog) Errorf(format string, v ...any)  { l.write(slog.LevelError, format, v) }

func (l *natsLog) Fatalf(format string, v ...any) {
	l.once.Do(func() {
		l.err = fmt.Errorf(format, v...)
		close(l.dead)
	})
}
