// Package ffmpeg decodes the recordings that package audio does not read
// itself. It runs the system's ffmpeg as a child that is assumed to be taken
// over by the file it reads, and gives what comes out of it as an
// [audio.Source], so that every recording ends in the same resampler.
//
// The recording lies in a file without a name ([Runner.Store]): it has no
// neighbours, and nothing of it stays behind whatever dies. ffmpeg gets it as
// an open file, is told its format (never asked to guess it) and may use that
// one demuxer, the file and pipe protocols and sound decoders only. It writes a
// WAV of 32-bit floats at the recording's own rate and channels to a pipe. A WAV
// rather than bare samples, because its header is the one place where rate and
// channels are those of the samples that follow; it is read as an upload is,
// with the same limits. What is written in the recording beside its sound comes
// by a second pipe, as text that is believed as little. [Runner.Playback] is the
// way back: canonical sound as MP3 for slow lines.
//
// On Linux the child is this program again (see [IsChild]), which then gives up
// everything before it becomes ffmpeg: no environment, no capabilities, rlimits
// on processor time, memory, file size and open files, Landlock (reads the
// system's libraries and the recording, executes nothing but ffmpeg, writes
// nowhere) and a seccomp list of the system calls that remain: no socket, no
// new process, no signal to another. Without Landlock it refuses to run unless
// [Config.Unconfined] says otherwise. On other systems there are only the
// rlimits, the empty environment and the process group.
//
// What ffmpeg says on its standard error may hold words of the recording's
// metadata. It is read to class the trouble and is neither shown nor logged.
package ffmpeg
