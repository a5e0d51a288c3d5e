using System.Text;
using Chat.Functions.Media;
using Xunit;

namespace Chat.Functions.Tests.Media;

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("Plan.pdf", "Plan.pdf")]
    [InlineData("Ärger & Übermut (3) – 计划.pdf", "Ärger & Übermut (3) – 计划.pdf")]
    [InlineData("../../etc/passwd", "_.._etc_passwd")]
    [InlineData(@"C:\Users\me\plan.pdf", "C__Users_me_plan.pdf")]
    [InlineData("plan\u202Efdp.exe", "planfdp.exe")]
    [InlineData("\u2066plan\u2069\u200F\uFEFF.pdf", "plan.pdf")]
    [InlineData("plan\r\nSet-Cookie: a=b\t.pdf", "planSet-Cookie_ a=b.pdf")]
    [InlineData("plan\u2028\u2029\u0085.pdf", "plan.pdf")]
    [InlineData("plan.exe. . .", "plan.exe")]
    [InlineData("\u00A0 plan\u3000.pdf ", "plan .pdf")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData("a<b>:\"|?*.txt", "a_b______.txt")]
    [InlineData("plan   \u3000 b.pdf", "plan b.pdf")]
    [InlineData("plan\u2800\u3164\u115F\u1160\uFFA0.pdf", "plan.pdf")]
    [InlineData("CON", "_CON")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("COM1.pdf", "_COM1.pdf")]
    [InlineData("lpt\u00B9 .tar.gz", "_lpt\u00B9 .tar.gz")]
    [InlineData("CONIN.txt", "CONIN.txt")]
    [InlineData("COMA.pdf", "COMA.pdf")]
    [InlineData("...", "file")]
    [InlineData("\u202E\u200B", "file")]
    public void Should_leave_a_name_that_leads_nowhere(string name, string clean)
    {
        Assert.Equal(clean, FileNames.Clean(name));
        Assert.Equal(clean, FileNames.Clean(clean));
    }

    [Theory]
    [InlineData("a", ".pdf")]
    [InlineData("计", ".tar")]
    [InlineData("🎬", ".mp4")]
    public void Should_cut_what_file_systems_do_not_take_and_keep_what_it_ends_in(string letter, string extension)
    {
        var cut = FileNames.Clean(string.Concat(Enumerable.Repeat(letter, 251)) + extension);

        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 250, 255);
        Assert.EndsWith(extension, cut, StringComparison.Ordinal);
        Assert.Equal(cut, FileNames.Clean(cut));
        Assert.InRange(Encoding.UTF8.GetByteCount(FileNames.Clean(new string('a', 100) + "." + new string('b', 154))), 250, 255);
    }

    [Theory]
    [InlineData("Plan.pdf", "Plan.pdf", true)]
    [InlineData("____ A.pdf", "Plan A.pdf", true)]
    [InlineData("____ A.pdf", "Pl\U0001F3AC\u00E4 A.pdf", true)]
    [InlineData("____ A.pdf", "Plan B.pdf", false)]
    [InlineData("____ A.pdf", "Plane A.pdf", false)]
    [InlineData("Plan.pdf", "____.pdf", false)]
    [InlineData(null, "____.pdf", false)]
    [InlineData(null, null, true)]
    public void Should_know_a_name_whose_words_were_masked(string? stored, string? wanted, bool isSame) =>
        Assert.Equal(isSame, FileNames.IsSame(stored, wanted));

    [Fact]
    public void Should_mask_words_by_what_names_may_have()
    {
        Assert.Equal("bad word 🎬.pdf", FileNames.Words("bad_word 🎬.pdf"));
        Assert.Equal("a____rd 🎬.pdf", FileNames.Masked("a_b🎬ord 🎬.pdf", "a ***rd 🎬.pdf"));
    }

    [Fact]
    public void Should_end_no_header_whatever_it_is_called()
    {
        Assert.Equal("attachment; filename*=UTF-8''Plan%20%28%C3%84%29%27%3B%22.pdf", FileNames.Disposition("Plan (Ä)';\".pdf"));
        var all = FileNames.Disposition(FileNames.Clean(string.Concat(Enumerable.Range(1, 254).Select(letter => (char)letter))));
        Assert.Matches(@"^attachment; filename\*=UTF-8''[A-Za-z0-9%._~-]+$", all);
    }
}
