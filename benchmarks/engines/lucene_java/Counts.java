package searchlib.benchmarks;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.DocIdStream;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;

/** How many matches has each value of a column? Counted by ordinal in one pass, without scores. */
final class Counts implements CollectorManager<Counts.Counter, Map<String, Integer>> {
  private final String field;

  Counts(String field) {
    this.field = field;
  }

  @Override
  public Counter newCollector() {
    return new Counter();
  }

  @Override
  public Map<String, Integer> reduce(Collection<Counter> counters) {
    Map<String, Integer> sums = new TreeMap<>();
    for (Counter counter : counters) {
      counter.found.forEach((value, count) -> sums.merge(value, count, Integer::sum));
    }
    return sums;
  }

  final class Counter implements Collector {
    final Map<String, Integer> found = new TreeMap<>();

    @Override
    public ScoreMode scoreMode() {
      return ScoreMode.COMPLETE_NO_SCORES;
    }

    @Override
    public LeafCollector getLeafCollector(LeafReaderContext leaf) throws IOException {
      SortedDocValues values =
          DocValues.unwrapSingleton(DocValues.getSortedSet(leaf.reader(), field));
      int[] counts = new int[values.getValueCount()];
      int[] docs = new int[256];
      return new LeafCollector() {
        @Override
        public void setScorer(Scorable scorer) {}

        @Override
        public void collect(int doc) throws IOException {
          if (values.advanceExact(doc)) {
            counts[values.ordValue()]++;
          }
        }

        @Override
        public void collect(DocIdStream stream) throws IOException {
          for (int n = stream.intoArray(docs); n != 0; n = stream.intoArray(docs)) {
            for (int i = 0; i < n; i++) {
              collect(docs[i]);
            }
          }
        }

        @Override
        public void finish() throws IOException {
          for (int ordinal = 0; ordinal < counts.length; ordinal++) {
            if (counts[ordinal] > 0) {
              found.merge(values.lookupOrd(ordinal).utf8ToString(), counts[ordinal], Integer::sum);
            }
          }
        }
      };
    }
  }
}
