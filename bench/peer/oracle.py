"""Exact conditionals of every position of a sentence by inside and outside weights over nltk's PCFG.

nltk has the grammar and parsers that list trees, but no inside-outside algorithm; this is that algorithm as one
writes it over its classes: dictionaries of the symbols that are possible in a span, rules looked up by children.
"""

import json
import math
import os
from collections import defaultdict

from nltk.grammar import PCFG, Nonterminal, ProbabilisticProduction

# As in bench/ours/oracle.ts.
COMPARED = 5


class Oracle:
    def __init__(self, folder):
        with open(os.path.join(folder, "oracle.json")) as file:
            given = json.load(file)
        self.words = given["words"]
        self.sentences = [[self.words[w] for w in sentence] for sentence in given["sentences"]]
        productions = [
            ProbabilisticProduction(Nonterminal(parent), [Nonterminal(child) for child in children], prob=p)
            for parent, children, p in given["binary"] + given["unary"]
        ]
        productions += [
            ProbabilisticProduction(Nonterminal(parent), [self.words[word]], prob=p)
            for parent, word, p in given["lexical"]
        ]
        self.grammar = PCFG(Nonterminal(given["start"]), productions)
        self.by_children = defaultdict(list)
        self.by_child = defaultdict(list)
        self.by_word = defaultdict(list)
        self.unary_of = defaultdict(list)
        for production in self.grammar.productions():
            parent, right, p = production.lhs(), production.rhs(), production.prob()
            if production.is_lexical():
                self.by_word[right[0]].append((parent, p))
            elif len(right) == 2:
                self.by_children[right].append((parent, p))
            else:
                self.by_child[right[0]].append((parent, p))
                self.unary_of[parent].append((right[0], p))
        # Rules by left child and by right child: a masked word may be one that its span excludes.
        self.as_left = defaultdict(list)
        self.as_right = defaultdict(list)
        for (left, right), rules in self.by_children.items():
            self.as_left[right].append((left, rules))
            self.as_right[left].append((right, rules))
        self.next = 0

    def inside(self, sentence):
        n = len(sentence)
        chart = {}
        for i, word in enumerate(sentence):
            cell = chart[i, i + 1] = defaultdict(float)
            for parent, p in self.by_word[word]:
                cell[parent] += p
            self.close_inside(cell)
        for width in range(2, n + 1):
            for i in range(n - width + 1):
                j = i + width
                cell = chart[i, j] = defaultdict(float)
                for k in range(i + 1, j):
                    rights = chart[k, j]
                    if not rights:
                        continue
                    for left, below in chart[i, k].items():
                        for right, other in rights.items():
                            for parent, p in self.by_children.get((left, right), ()):
                                cell[parent] += p * below * other
                self.close_inside(cell)
        return chart

    def close_inside(self, cell):
        """Unary rules; of this grammar's none leads to a symbol that has one."""
        for child, value in list(cell.items()):
            for parent, p in self.by_child.get(child, ()):
                cell[parent] += p * value

    def outside(self, inside, n):
        chart = defaultdict(lambda: defaultdict(float))
        chart[0, n][self.grammar.start()] = 1.0
        for width in range(n, 0, -1):
            for i in range(n - width + 1):
                j = i + width
                cell = chart[i, j]
                for parent, value in list(cell.items()):
                    for child, p in self.unary_of.get(parent, ()):
                        cell[child] += p * value
                for k in range(i + 1, j):
                    self.hand_down(cell, inside[k, j], self.as_left, chart[i, k])
                    self.hand_down(cell, inside[i, k], self.as_right, chart[k, j])
        return chart

    def hand_down(self, above, sibling, rules_of, below):
        for other, value in sibling.items():
            for child, rules in rules_of.get(other, ()):
                for parent, p in rules:
                    if parent in above:
                        below[child] += p * above[parent] * value

    def each(self, sentence):
        n = len(sentence)
        inside = self.inside(sentence)
        outside = self.outside(inside, n)
        rows = []
        for i in range(n):
            around = outside[i, i + 1]
            row = []
            for word in self.words:
                row.append(sum(around[parent] * p for parent, p in self.by_word[word] if parent in around))
            total = sum(row)
            rows.append([value / total for value in row])
        return inside[0, n][self.grammar.start()], rows

    def check(self):
        values = []
        for sentence in self.sentences[:COMPARED]:
            probability, rows = self.each(sentence)
            values.append(math.log(probability))
            for word, row in zip(sentence, rows):
                values.append(sum(p * p for p in row))
                values.append(row[self.words.index(word)])
        return values

    def run(self, count):
        for _ in range(count):
            self.each(self.sentences[self.next % len(self.sentences)])
            self.next += 1
        return []
