using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public class ContentionTests
{
    [Fact]
    public void Ends_a_loop_that_would_go_on_for_ever()
    {
        var tries = 0;

        void TryForEver()
        {
            for (var attempt = 0; ; attempt = Contention.Next(attempt))
            {
                tries++;
            }
        }

        var failure = Assert.Throws<TimeoutException>(TryForEver);
        Assert.Equal(50, tries);
        Assert.True(CosmosFailures.IsTransient(failure));
    }
}
