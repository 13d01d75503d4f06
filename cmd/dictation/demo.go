package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"dictation/deploy/seed"
	"dictation/pipeline"
	"dictation/pipeline/store"
)

// randomness is where passwords and tokens come from.
var randomness io.Reader = rand.Reader

// demoFile holds the demonstration's accounts, in the data folder (mode 0600).
const demoFile = "demo-accounts.json"

// demoAccounts is the content of that file.
type demoAccounts struct {
	URL      string        `json:"url"`
	Accounts []demoAccount `json:"accounts"`

	mrn string // of some patient, for the welcome
}

type demoAccount struct {
	Role     string `json:"role"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Password string `json:"password"`
	APIToken string `json:"api_token"`
}

// token is the API token of a role.
func (d *demoAccounts) token(role string) string {
	for _, a := range d.Accounts {
		if a.Role == role {
			return a.APIToken
		}
	}
	return ""
}

// accounts gives the demonstration's accounts, made the first time; nil without
// --demo. The file's address is brought up to date at every start.
func (a *app) accounts(ctx context.Context, data, url string) (*demoAccounts, error) {
	if !a.demo {
		return nil, nil
	}
	mrn, err := seedPatients(ctx, a.store)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(data, demoFile)
	demo, err := readDemo(file)
	if errors.Is(err, os.ErrNotExist) {
		demo, err = newDemo(file)
	}
	if err != nil {
		return nil, err
	}
	// A start that was broken off may have left some accounts unmade.
	for _, s := range demo.Accounts {
		if err := a.demoUser(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := seedPhrases(ctx, a.store); err != nil {
		return nil, err
	}
	demo.URL, demo.mrn = url, mrn
	return demo, writeJSON(file, demo)
}

func readDemo(file string) (*demoAccounts, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var d demoAccounts
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &d, nil
}

// newDemo makes up the accounts and writes the file, before any account is made:
// a crash in the middle must not leave accounts whose passwords nobody knows.
func newDemo(file string) (*demoAccounts, error) {
	list, err := seed.Accounts(randomness)
	if err != nil {
		return nil, err
	}
	demo := &demoAccounts{}
	for _, s := range list {
		demo.Accounts = append(demo.Accounts, demoAccount{s.Role, s.Username, s.Name, s.Password, s.APIToken})
	}
	return demo, writeJSON(file, demo)
}

// demoUser makes an account that is not there yet, and its token.
func (a *app) demoUser(ctx context.Context, s demoAccount) error {
	if _, _, err := a.store.UserByName(ctx, s.Username); err == nil || pipeline.KindOf(err) != pipeline.NotFound {
		return err
	}
	by := store.Actor{ID: "seed"}
	u, err := a.auth.AddUser(ctx, by, pipeline.User{Username: s.Username, Name: s.Name, Roles: []pipeline.Role{pipeline.Role(s.Role)}}, s.Password)
	if err != nil {
		return err
	}
	return a.auth.KeepToken(ctx, by, u.ID, "demo", s.APIToken)
}

// seedPhrases stores the made-up site's phrases where there are none.
func seedPhrases(ctx context.Context, s *store.Store) error {
	if has, err := s.Phrases(ctx, "", ""); err != nil || len(has) > 0 {
		return err
	}
	for _, p := range seed.Phrases() {
		_, err := s.AddPhrase(ctx, store.Actor{ID: "seed"}, pipeline.Phrase{
			Kind: pipeline.PhraseKind(p.Kind), Worktype: pipeline.Worktype(p.Worktype), Trigger: p.Trigger, Title: p.Title, Text: p.Text,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// seedPatients stores the made-up patients and visits that are not there yet
// and gives the MRN of one of them.
func seedPatients(ctx context.Context, s *store.Store) (mrn string, err error) {
	list := seed.Patients(time.Now())
	if len(list) == 0 {
		return "", errors.New("there are no made-up patients")
	}
	mrn = list[0].MRN
	if _, err := s.PatientByMRN(ctx, mrn); err == nil || pipeline.KindOf(err) != pipeline.NotFound {
		return mrn, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if err := seedPatient(ctx, s, list[i]); err != nil {
			return mrn, err
		}
	}
	return mrn, nil
}

func seedPatient(ctx context.Context, s *store.Store, p seed.Patient) error {
	id, err := s.PutPatient(ctx, pipeline.Patient{MRN: p.MRN, Family: p.Family, Given: p.Given, BirthDate: p.BirthDate, Sex: p.Sex})
	if err != nil {
		return err
	}
	for _, e := range p.Encounters {
		_, err := s.PutEncounter(ctx, pipeline.Encounter{
			Number: e.Number, PatientID: id, Class: e.Class, Reason: e.Reason, Location: e.Location, Start: e.Start, End: e.End,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func seedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Store made-up patients and visits, for trying things out",
		Long:  "Stores the made-up patients and visits of the demonstration. It makes no accounts; \"dictation user add\" does, and \"dictation run --demo\" makes one per role.",
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			_, err := seedPatients(ctx, s)
			return err
		})
	}
	return cmd
}
