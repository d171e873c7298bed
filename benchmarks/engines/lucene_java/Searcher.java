package searchlib.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * What is the answer? Arguments: those of Fields, the folder of the index, and how many questions warm up. A line in is
 * a question; a line out is the nanoseconds from its words to the answer, the total, and ids or sources with counts.
 */
final class Searcher {
  private static final Sort NEWEST =
      new Sort(LongField.newSortField(Fields.DATE, true, SortedNumericSelector.Type.MIN));

  private final Fields fields;
  private final IndexReader reader;
  private final IndexSearcher searcher;
  private final QueryBuilder builder;

  Searcher(IndexReader reader, Fields fields) {
    this.fields = fields;
    this.reader = reader;
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null); // it would answer what is asked again
    searcher.setSimilarity(fields.similarity);
    builder = new QueryBuilder(fields.analyzer);
  }

  public static void main(String[] arguments) throws IOException {
    Fields fields = new Fields(arguments);
    try (IndexReader reader = DirectoryReader.open(FSDirectory.open(Path.of(arguments[3])))) {
      Searcher searcher = new Searcher(reader, fields);
      new WarmUp(reader, fields.terms).ask(searcher, Integer.parseInt(arguments[4]));
      BufferedReader in = Lines.reader(System.in);
      PrintStream out = Lines.writer();
      Lines.say(out, "ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Lines.say(out, searcher.timed(Question.of(line)));
      }
    }
  }

  private String timed(Question question) throws IOException {
    long began = System.nanoTime();
    Answer answer = answer(question);
    return (System.nanoTime() - began) + Lines.COLUMN + answer.written();
  }

  /** total is negative where it was not asked for. */
  record Answer(int total, List<String> ids, Map<String, Integer> counts) {
    String written() {
      List<String> values = new ArrayList<>(ids);
      counts.forEach(
          (value, count) -> {
            values.add(value);
            values.add(count.toString());
          });
      return total + Lines.COLUMN + String.join(Lines.LISTED, values);
    }
  }

  Answer answer(Question question) throws IOException {
    Query query = question.query(builder, fields.terms);
    switch (question.wanted()) {
      case "total":
        return new Answer(searcher.count(query), List.of(), Map.of());
      case "facets":
        Map<String, Integer> counts = searcher.search(query, new Counts(Fields.SOURCE));
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        return new Answer(total, List.of(), counts);
      case "newest":
        return listed(
            searcher.search(query, new TopFieldCollectorManager(NEWEST, question.top(), 0)));
      default:
        return listed(
            searcher.search(query, new TopScoreDocCollectorManager(question.top(), 0)));
    }
  }

  private Answer listed(TopDocs found) throws IOException {
    return new Answer(-1, ids(found.scoreDocs), Map.of());
  }

  /** The ids of hits, read in document order, since a column is read forwards. */
  private List<String> ids(ScoreDoc[] hits) throws IOException {
    long[] places = new long[hits.length];
    for (int rank = 0; rank < hits.length; rank++) {
      places[rank] = (long) hits[rank].doc << 32 | rank;
    }
    Arrays.sort(places);
    String[] ids = new String[hits.length];
    LeafReaderContext leaf = null;
    BinaryDocValues column = null;
    for (long place : places) {
      int doc = (int) (place >>> 32);
      if (leaf == null || doc >= leaf.docBase + leaf.reader().maxDoc()) {
        leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
        column = leaf.reader().getBinaryDocValues(Fields.ID);
      }
      column.advanceExact(doc - leaf.docBase);
      ids[(int) place] = column.binaryValue().utf8ToString();
    }
    return Arrays.asList(ids);
  }
}
