package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.AddUser(t.Context(), b.author, pipeline.User{Username: " TYPIST ", Name: "x", Roles: []pipeline.Role{pipeline.RoleAdmin}}, "h")
	wantKind(t, err, pipeline.Conflict)
	if err := b.AddSession(t.Context(), []byte("s"), b.typist.ID, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := b.AddToken(t.Context(), b.author, []byte("t"), b.typist.ID, "x"); err != nil {
		t.Fatal(err)
	}
	session := func() error { _, err := b.SessionUser(t.Context(), []byte("s"), time.Minute); return err }
	token := func() error { _, err := b.TokenUser(t.Context(), []byte("t")); return err }
	if err := session(); err != nil {
		t.Error(err)
	}
	if err := token(); err != nil {
		t.Error(err)
	}
	if _, err := b.SessionUser(t.Context(), []byte("s"), 0); pipeline.KindOf(err) != pipeline.Unauthorized {
		t.Errorf("an idle session lives: %v", err)
	}
	if err := b.SetDisabled(t.Context(), b.author, b.typist.ID, true); err != nil {
		t.Fatal(err)
	}
	wantKind(t, session(), pipeline.Unauthorized)
	wantKind(t, token(), pipeline.Unauthorized)
	b.whole(t)
}

func TestPatients(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, mrn := range []string{"M2", "M_3"} {
		if _, err := b.PutPatient(t.Context(), pipeline.Patient{MRN: mrn, Family: "Sample", Given: "Sam", BirthDate: time.Now(), Sex: "male"}); err != nil {
			t.Fatal(err)
		}
	}
	same, err := b.PutPatient(t.Context(), pipeline.Patient{MRN: "M1", Family: "Changed", Given: "Eve", BirthDate: time.Now(), Sex: "female"})
	if err != nil || same != b.patient {
		t.Errorf("a known MRN made patient %s, not %s: %v", same, b.patient, err)
	}
	for any, want := range map[string]int{"": 3, "m": 3, "sam": 2, "chan": 1, "m_": 1, "%": 0, "'": 0} {
		if list, err := b.Patients(t.Context(), store.PatientFilter{Any: any}); err != nil || len(list) != want {
			t.Errorf("%q finds %d, want %d: %v", any, len(list), want, err)
		}
	}
	e := pipeline.Encounter{Number: "V1", PatientID: b.patient, Class: "AMB", Start: time.Now()}
	for range 2 {
		if _, err := b.PutEncounter(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := b.Encounters(t.Context(), b.patient); err != nil || len(list) != 1 {
		t.Errorf("%d visits, %v", len(list), err)
	}
	_, err = b.PatientByMRN(t.Context(), "nobody")
	wantKind(t, err, pipeline.NotFound)
	_, err = b.Encounter(t.Context(), "not-an-id")
	wantKind(t, err, pipeline.NotFound)
	_, err = b.Dictation(t.Context(), "not-an-id")
	wantKind(t, err, pipeline.NotFound)
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ran, err := b.Migrate(t.Context())
	if err != nil || len(ran) != 0 {
		t.Errorf("ran %v again, %v", ran, err)
	}
	if ok, err := b.Migrated(t.Context()); !ok || err != nil {
		t.Errorf("migrated: %v, %v", ok, err)
	}
}

// A migration that came in between those a database ran is not passed over.
func TestMigrationInBetween(t *testing.T) {
	t.Parallel()
	b := setup(t)
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	for _, sql := range []string{
		"delete from migrations where n = 12", "update migrations set n = -n where n > 12", "update migrations set n = -n - 1 where n < 0",
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if ran, err := b.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "did not run") {
		t.Errorf("ran %v, %v", ran, err)
	}
}

func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, revoke := range []func() error{
		func() error { return b.RevokeTokens(t.Context(), b.author, b.typist.ID) },
		func() error { return b.SetPassword(t.Context(), b.author, b.typist.ID, "hash") },
	} {
		if err := b.AddToken(t.Context(), b.author, []byte("t"), b.typist.ID, "x"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.TokenUser(t.Context(), []byte("t")); err != nil {
			t.Fatal(err)
		}
		if err := revoke(); err != nil {
			t.Fatal(err)
		}
		_, err := b.TokenUser(t.Context(), []byte("t"))
		wantKind(t, err, pipeline.Unauthorized)
	}
	b.whole(t)
}
