// Checks with golang.org/x/mod/sumdb what an evidence log handed out: JSON on standard input, words on output.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type asked struct {
	Key, Old, New string
	Index         int64
	Leaf          []byte
	Inclusion     [][]byte
	Consistency   [][]byte
}

func main() {
	var a asked
	must(json.NewDecoder(os.Stdin).Decode(&a))
	oldSize, oldRoot := checkpoint(a.Key, a.Old)
	newSize, newRoot := checkpoint(a.Key, a.New)
	must(tlog.CheckRecord(hashes(a.Inclusion), newSize, newRoot, a.Index, tlog.RecordHash(a.Leaf)))
	must(tlog.CheckTree(hashes(a.Consistency), newSize, newRoot, oldSize, oldRoot))
	fmt.Println("holds", oldSize, newSize)
}

func checkpoint(key, text string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	return size, hash(root)
}

func hashes(all [][]byte) []tlog.Hash {
	var made []tlog.Hash
	for _, one := range all {
		made = append(made, hash(one))
	}
	return made
}

func hash(data []byte) (made tlog.Hash) {
	copy(made[:], data)
	return made
}

func must(err error) {
	if err != nil {
		fmt.Println("does not hold:", err)
		os.Exit(1)
	}
}
