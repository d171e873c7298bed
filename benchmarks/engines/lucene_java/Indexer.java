package searchlib.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * How is an index built? Arguments: those of Fields, and the file of the records. The folder comes in a line, when the
 * clock runs; a line out says that all is committed.
 */
final class Indexer {
  private static final double BUFFER_MB = 1000;

  private Indexer() {}

  public static void main(String[] arguments) throws IOException {
    Fields fields = new Fields(arguments);
    Path records = Path.of(arguments[3]);
    PrintStream out = Lines.writer();
    Lines.say(out, "ready");
    String folder = Lines.reader(System.in).readLine();
    if (folder != null) {
      build(Path.of(folder), records, fields);
      Lines.say(out, "built");
    }
  }

  private static void build(Path folder, Path records, Fields fields) throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig(fields.analyzer)
            .setSimilarity(fields.similarity)
            .setRAMBufferSizeMB(BUFFER_MB);
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, config);
        BufferedReader lines = Lines.reader(Files.newInputStream(records))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        writer.addDocument(fields.document(Lines.columns(line)));
      }
      writer.commit();
    } // closing waits for merges
  }
}
