// Package command is the engine for any program: how a site plugs in a
// recogniser that has no server.
//
// # The program
//
// It is started once for each recording, without a shell, in a process group of
// its own that is killed when the job is stopped or its time is up. It gets the
// recording as a WAV file (16 kHz, mono, 16-bit PCM, samples from byte 44): its
// path in the place of {wav} among the arguments, or as the last argument where
// none says {wav}, or the file itself on standard input where the setting says
// so. {language} stands for the BCP 47 tag, empty where it is not known.
// Of the environment it gets LC_ALL=C, a plain PATH and what the settings name.
//
// It writes one JSON object to standard output and ends with exit code 0:
//
//	{"words": [{"text": "blood", "start": 0.12, "end": 0.44, "confidence": 0.97},
//	           {"text": "pressure", "start": 0.44, "end": 0.86}],
//	 "segments": [{"text": "blood pressure", "start": 0.1, "end": 0.9}],
//	 "text": "blood pressure"}
//
// Times are seconds from the beginning of the recording, confidence is from 0
// to 1. Everything but one of words, segments and text may be left out, and of
// a word all but its text; where text is there, it says which words there are.
// Times that are left out are worked out and marked as estimated; confidence is
// not. A recording without speech is {"text": ""}. Other fields are not looked
// at. Of what it writes to standard error only the length goes into the log when
// it fails, since it may be what was said; the exit code tells why.
//
// testdata/recognise.sh is such a program; the tests run it.
package command
