package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func patientCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "patient", Short: "Enter patients and their visits"}
	cmd.AddCommand(patientPutCommand(), visitPutCommand(), patientImportCommand())
	return cmd
}

// sexes are FHIR's administrative genders.
var sexes = []string{"female", "male", "other", "unknown"}

func patientPutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "put MRN --family NAME --given NAME --born DATE",
		Short:   "Enter a patient, or change what is known of one",
		Example: `  dictation patient put 4711 --family Example --given Eve --born 1980-02-29 --sex female`,
		Args:    cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	family := cmd.Flags().String("family", "", "family name")
	given := cmd.Flags().String("given", "", "given name")
	born := cmd.Flags().String("born", "", "date of birth, YYYY-MM-DD")
	sex := cmd.Flags().String("sex", "unknown", "female, male, other or unknown")
	for _, f := range []string{"family", "given", "born"} {
		_ = cmd.MarkFlagRequired(f)
	}
	_ = cmd.RegisterFlagCompletionFunc("sex", cobra.FixedCompletions(sexes, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		day, err := time.Parse(time.DateOnly, *born)
		if err != nil || day.After(time.Now()) {
			return &usageError{cmd.CommandPath(), fmt.Errorf("--born %q is not a day in the past written YYYY-MM-DD", *born)}
		}
		if !slices.Contains(sexes, *sex) {
			return &usageError{cmd.CommandPath(), fmt.Errorf("--sex is female, male, other or unknown")}
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			_, err := s.PutPatient(ctx, pipeline.Patient{MRN: args[0], Family: *family, Given: *given, BirthDate: day, Sex: *sex})
			return err
		})
	}
	return cmd
}

func visitPutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "visit NUMBER --patient MRN",
		Short:   "Enter a visit of a patient, or change what is known of it",
		Example: `  dictation patient visit V-100 --patient 4711 --reason "Cough" --location "Room 2"`,
		Args:    cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	mrn := cmd.Flags().String("patient", "", "medical record number (MRN) of the patient")
	class := cmd.Flags().String("class", "AMB", "AMB ambulatory, IMP inpatient or EMER emergency")
	reason := cmd.Flags().String("reason", "", "why the patient came")
	location := cmd.Flags().String("location", "", "where the patient was seen")
	_ = cmd.MarkFlagRequired("patient")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			p, err := s.PatientByMRN(ctx, *mrn)
			if err != nil {
				return err
			}
			if e, err := s.EncounterByNumber(ctx, args[0]); err == nil && e.PatientID != p.ID {
				return pipeline.Errorf(pipeline.Conflict, "The visit %s belongs to another patient; nothing was changed.", args[0])
			}
			_, err = s.PutEncounter(ctx, pipeline.Encounter{
				ID: uuid.NewString(), Number: args[0], PatientID: p.ID, Class: *class, Reason: *reason, Location: *location, Start: time.Now(),
			})
			return err
		})
	}
	return cmd
}
