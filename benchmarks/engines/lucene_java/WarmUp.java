package searchlib.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;

/**
 * What is asked before the first question, so that the compiler has seen all that questions do? Words of the index, as
 * many frequent as rare ones, in every kind of question.
 */
final class WarmUp {
  private record Word(String text, int documents) {}

  private static final List<String> LANGUAGES = List.of("en", "ru");
  private static final long DAY = 86_400_000; // milliseconds
  private static final int YEAR = 365;
  private static final int COMMON = 50; // words of which phrases are really made
  private static final long PATIENCE = 60_000_000_000L; // nanoseconds, for large indexes: there loops are hot sooner

  private final boolean terms;
  private final IndexReader reader;
  private final Random random = new Random(1);

  WarmUp(IndexReader reader, boolean terms) {
    this.terms = terms;
    this.reader = reader;
  }

  /** Asks so many questions, of all kinds in each language by turns, or as many as patience allows. */
  void ask(Searcher searcher, int count) throws IOException {
    Map<String, List<Word>> vocabularies = new TreeMap<>();
    for (String language : terms ? List.of("en") : LANGUAGES) {
      List<Word> words = words(terms ? Fields.TEXT : Fields.name(Fields.TEXT, language));
      if (!words.isEmpty()) {
        vocabularies.put(language, words);
      }
    }
    long began = System.nanoTime();
    int asked = 0;
    while (asked < count && System.nanoTime() - began < PATIENCE && !vocabularies.isEmpty()) {
      for (Map.Entry<String, List<Word>> each : vocabularies.entrySet()) {
        for (Question question : questions(each.getKey(), each.getValue())) {
          searcher.answer(question);
          asked++;
        }
      }
    }
  }

  private List<Question> questions(String language, List<Word> words) {
    List<String> bag = drawn(words, words.size(), 2 + random.nextInt(5));
    List<String> few = drawn(words, words.size(), 2 + random.nextInt(2));
    List<String> phrase = drawn(words, COMMON, 2 + random.nextInt(2));
    List<Question> questions = new ArrayList<>();
    questions.add(asked("any", "best", language, bag));
    questions.add(asked("all", "best", language, few));
    questions.add(asked("phrase", "best", language, phrase));
    if (!terms) {
      String word = bag.get(0);
      questions.add(asked("prefix", "best", language, List.of(word.substring(0, Math.min(word.length(), 3)))));
      questions.add(asked("fuzzy", "best", language, List.of(word)));
      for (String wanted : List.of("newest", "facets", "total")) {
        questions.add(asked("any", wanted, language, bag));
      }
      long since = DAY * (45 * YEAR + random.nextInt(9 * YEAR)); // in the years of the archive
      String until = Long.toString(since + DAY * YEAR);
      questions.add(new Question("any", "best", 10, language, "" + since, until, "", "", "", bag));
      questions.add(new Question("any", "best", 10, language, "", "", language, "", "", bag));
    }
    return questions;
  }

  private static Question asked(String how, String wanted, String language, List<String> words) {
    return new Question(how, wanted, 10, language, "", "", "", "", "", words);
  }

  /** Words whose rank is one of the first, each order of magnitude as likely as another. */
  private List<String> drawn(List<Word> words, int first, int count) {
    List<String> drawn = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double rank = Math.pow(Math.min(first, words.size()), random.nextDouble()) - 1;
      drawn.add(words.get((int) rank).text());
    }
    return drawn;
  }

  /** The words of a field, the commonest first. */
  private List<Word> words(String field) throws IOException {
    List<Word> words = new ArrayList<>();
    Terms all = MultiTerms.getTerms(reader, field);
    if (all != null) {
      TermsEnum each = all.iterator();
      while (each.next() != null) {
        words.add(new Word(each.term().utf8ToString(), each.docFreq()));
      }
      words.sort(Comparator.comparingInt(Word::documents).reversed());
    }
    return words;
  }
}
