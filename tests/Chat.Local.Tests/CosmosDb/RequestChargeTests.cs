using Chat.Local.CosmosDb;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class RequestChargeTests
{
    /// <summary>The published figures; a create costs them where nothing is indexed.</summary>
    [Theory]
    [InlineData(1, 1, 4.95)]
    [InlineData(2, 1.04, 6.29)]
    [InlineData(16, 1.67, 9.52)]
    public void Reads_and_writes_cost_what_is_published(int kilobytes, double read, double write)
    {
        Assert.Equal(read, RequestCharge.Read(kilobytes * 1024), 2);
        Assert.Equal(write, RequestCharge.Create(kilobytes * 1024, indexTerms: 0), 2);
        Assert.Equal(write, RequestCharge.Delete(kilobytes * 1024), 2);
    }
}
